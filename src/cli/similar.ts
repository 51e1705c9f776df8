/** `kale similar`: what moved like this? Asks the running program, or searches files without one. */
import { parseArgs } from "node:util";
import { defaultMethod, similarityMethods, type SimilarityMethod } from "../oculus/index.ts";
import { UsageError, type Command, type CommandIo } from "./command.ts";
import { searchFiles } from "./similar-offline.ts";
import { askServer } from "./similar-online.ts";

const help = `Usage: kale similar NAME [options]                            asks a running Kale
       kale similar --library FILE --queries FILE [options]   searches files

Finds the series that moved like another one: a table on a terminal, JSON lines when piped.

  --method M      best (default), euclidean, fastdtw, dtw or correlation
  --band SHARE    how far dtw and best may warp, as a share of the length (0.05)
  --radius N      of fastdtw, in points (5)
  --lag N         shifts tried either way, for correlation, best and euclidean: points of a
                  file; of a running Kale seconds, or a time as in 90s, 3m, 1h
                  (a twentieth of the length for the first two, else none)
  --inverse       also what moves the opposite way; correlation and best do so anyway,
                  unless --no-inverse is given
  --limit K       how many matches (20)
  --offset K      how many of the best to skip (0)

Asking a running Kale:
  --from T, --until T   the window: Unix seconds, or before now as in -90s, -30m, -6h, -2d
  --filter GLOB         only series whose names match
  --url URL             where it listens (http://127.0.0.1:1500)

Searching files, JSON lines {"name":"…","values":[…]}, also gzip:
  --library FILE  what is searched
  --queries FILE  what is looked for; one line of JSON is written for each:
                  {"query","matches":[{"name","distance","likeness","lag","sign"},…]}
  --skip-same-name      leave out series that are called like the query

Values are z-normalised. Series of another length than the query are stretched to its length.
Equal distances keep the order of the library. null is a gap.
`;

const parseOptions = {
  allowPositionals: true,
  allowNegative: true,
  options: {
    library: { type: "string" },
    queries: { type: "string" },
    method: { type: "string" },
    band: { type: "string" },
    radius: { type: "string" },
    lag: { type: "string" },
    inverse: { type: "boolean" },
    limit: { type: "string" },
    offset: { type: "string" },
    from: { type: "string" },
    until: { type: "string" },
    filter: { type: "string" },
    url: { type: "string" },
    "skip-same-name": { type: "boolean" },
  },
} as const;

export const similarCommand: Command = {
  name: "similar",
  summary: "find what moved like a metric",
  help,
  run,
};

type Values = ReturnType<typeof parse>["values"];

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parse(args);
  const method = methodOf(values.method);
  if (values.library === undefined && values.queries === undefined) {
    return await askServer(onlineOptions(values, positionals, io), io);
  }
  if (values.library === undefined || values.queries === undefined) {
    throw new UsageError("--library and --queries belong together");
  }
  if (positionals.length > 0) throw new UsageError("a NAME is for a running Kale, not for files");
  const onlineOnly = (["from", "until", "filter", "url"] as const).find((key) => key in values);
  if (onlineOnly !== undefined) throw new UsageError(`--${onlineOnly} is for a running Kale`);
  try {
    return await searchFiles(
      {
        libraryPath: values.library,
        queriesPath: values.queries,
        skipsSameName: values["skip-same-name"] ?? false,
        search: {
          method,
          bandShare: numberOf("band", values.band),
          radius: numberOf("radius", values.radius),
          lagMax: numberOf("lag", values.lag),
          inverse: values.inverse,
          limit: numberOf("limit", values.limit),
          offset: numberOf("offset", values.offset),
        },
      },
      io,
    );
  } catch (error) {
    if (!isSystemError(error)) throw error;
    io.stderr.write(`kale similar: ${error.message}\n`);
    return 1;
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: joinNegativeValues(args), ...parseOptions });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** `--from -1h` reads like two options to the parser; `--from=-1h` does not. */
function joinNegativeValues(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if ((before === "--from" || before === "--until") && /^-\d/.test(arg)) {
      joined[joined.length - 1] = `${before}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}

function onlineOptions(values: Values, positionals: readonly string[], io: CommandIo) {
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) {
    throw new UsageError("give one NAME, or --library and --queries");
  }
  const url = values.url ?? "http://127.0.0.1:1500";
  if (!URL.canParse(url)) throw new UsageError(`--url ${url} is no URL`);
  return {
    url,
    parameters: {
      name,
      method: values.method,
      band: checkedNumber("band", values.band),
      radius: checkedNumber("radius", values.radius),
      lag: lagSecondsOf(values.lag),
      inverse: values.inverse === undefined ? undefined : String(values.inverse),
      limit: checkedNumber("limit", values.limit),
      offset: checkedNumber("offset", values.offset),
      filter: values.filter,
      from: secondsOf("from", values.from, io),
      until: secondsOf("until", values.until, io),
    },
  };
}

function methodOf(text: string | undefined): SimilarityMethod {
  const method = similarityMethods.find((known) => known === (text ?? defaultMethod));
  if (method === undefined) {
    throw new UsageError(`--method is one of ${similarityMethods.join(", ")}`);
  }
  return method;
}

function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) {
    throw new UsageError(`--${option} takes a number, not ${JSON.stringify(text)}`);
  }
  return value;
}

function checkedNumber(option: string, text: string | undefined): string | undefined {
  return numberOf(option, text)?.toString();
}

function lagSecondsOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = "s"] = /^(\d+(?:\.\d+)?)([smhd])?(?:in)?$/.exec(text) ?? [];
  if (count === undefined) {
    throw new UsageError(
      `--lag takes seconds, or a time as in 90s, 3m, not ${JSON.stringify(text)}`,
    );
  }
  return String(Number(count) * (unitSeconds[unit] ?? 1));
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Unix seconds from what the user wrote: Unix seconds, or a time before now. */
function secondsOf(option: string, text: string | undefined, io: CommandIo): string | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = "s"] = /^-(\d+)([smhd])?(?:in)?$/.exec(text) ?? [];
  if (count === undefined) return checkedNumber(option, text);
  const ago = Number(count) * (unitSeconds[unit] ?? 1);
  return String(Math.floor(io.clock.nowMs() / 1000) - ago);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
