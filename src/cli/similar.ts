/** `kale similar`: what moved like this? Asks the running program, or searches files without one. */
import { defaultMethod, similarityMethods, type SimilarityMethod } from "../oculus/index.ts";
import { UsageError, type Command, type CommandIo, type OptionSpec } from "./command.ts";
import { optionHelp, readOptions } from "./options.ts";
import { searchFiles } from "./similar-offline.ts";
import { askServer } from "./similar-online.ts";

const defaultUrl = "http://127.0.0.1:1500";

const generalOptions: readonly OptionSpec[] = [
  {
    flag: "--method",
    placeholder: "M",
    doc: `${similarityMethods.join(", ")} (${defaultMethod})`,
    words: similarityMethods,
  },
  {
    flag: "--band",
    placeholder: "SHARE",
    doc: "how far dtw and best may warp, as a share of the length (0.05)",
  },
  { flag: "--radius", placeholder: "N", doc: "of fastdtw, in points (5)" },
  {
    flag: "--lag",
    placeholder: "N",
    doc: "shifts tried either way, for correlation, best and euclidean: points of a file; of a running Kale seconds, or a time as in 90s, 3m, 1h (a twentieth of the length for the first two, else none)",
  },
  {
    flag: "--inverse",
    placeholder: "",
    doc: "also what moves the opposite way; correlation and best do so anyway, unless --no-inverse is given",
    isOn: true,
  },
  { flag: "--limit", placeholder: "K", doc: "how many matches (20)" },
  { flag: "--offset", placeholder: "K", doc: "how many of the best to skip (0)" },
];

const onlineOnlyOptions: readonly OptionSpec[] = [
  {
    flag: "--from",
    placeholder: "T",
    doc: "the window's begin: Unix seconds, or before now as in -90s, -30m, -6h, -2d",
  },
  { flag: "--until", placeholder: "T", doc: "its end, likewise" },
  { flag: "--filter", placeholder: "GLOB", doc: "only series whose names match" },
  { flag: "--url", placeholder: "URL", doc: `where it listens (${defaultUrl})` },
];

const fileOptions: readonly OptionSpec[] = [
  { flag: "--library", placeholder: "FILE", doc: "what is searched" },
  {
    flag: "--queries",
    placeholder: "FILE",
    doc: 'what is looked for; one line of JSON is written for each: {"query","matches":[{"name","distance","likeness","lag","sign"},…]}',
  },
  {
    flag: "--skip-same-name",
    placeholder: "",
    doc: "leave out series that are called like the query",
  },
];

const options = [...generalOptions, ...onlineOnlyOptions, ...fileOptions];

const help = `usage: kale similar NAME [options]                            asks a running Kale
       kale similar --library FILE --queries FILE [options]   searches files

Finds the series that moved like another one: a table on a terminal, JSON lines when piped.

${optionHelp(generalOptions)}

Asking a running Kale:
${optionHelp(onlineOnlyOptions)}

Searching files, JSON lines {"name":"…","values":[…]}, also gzip:
${optionHelp(fileOptions)}

Values are z-normalised. Series of another length than the query are stretched to its length.
Equal distances keep the order of the library. null is a gap.

A line of a file that cannot be read, and a query without a shape, is named on stderr; the answer to such
a query has no matches and says why in "fault". Exit status: 0; 1 where a line or a file could not be
read, or no Kale answers.
`;

export const similarCommand: Command = {
  name: "similar",
  summary: "finds what moved like a metric",
  help,
  options,
  run,
};

type Values = ReadonlyMap<string, string>;

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, words } = readOptions(args, options);
  const method = methodOf(values.get("method"));
  const libraryPath = values.get("library");
  const queriesPath = values.get("queries");
  if (libraryPath === undefined && queriesPath === undefined) {
    if (values.has("skip-same-name")) throw new UsageError("--skip-same-name is for files");
    return await askServer(onlineOptions(values, words, io), io);
  }
  if (libraryPath === undefined || queriesPath === undefined) {
    throw new UsageError("--library and --queries belong together");
  }
  if (words.length > 0) throw new UsageError("a NAME is for a running Kale, not for files");
  const onlineOnly = onlineOnlyOptions.find(({ flag }) => values.has(flag.slice(2)));
  if (onlineOnly !== undefined) throw new UsageError(`${onlineOnly.flag} is for a running Kale`);
  const inverse = values.get("inverse");
  try {
    return await searchFiles(
      {
        libraryPath,
        queriesPath,
        skipsSameName: values.get("skip-same-name") === "true",
        search: {
          method,
          bandShare: numberOf(values, "band"),
          radius: numberOf(values, "radius"),
          lagMax: numberOf(values, "lag"),
          inverse: inverse === undefined ? undefined : inverse === "true",
          limit: numberOf(values, "limit"),
          offset: numberOf(values, "offset"),
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

function onlineOptions(values: Values, words: readonly string[], io: CommandIo) {
  const [name] = words;
  if (name === undefined || words.length > 1) {
    throw new UsageError("give one NAME, or --library and --queries");
  }
  const url = values.get("url") ?? defaultUrl;
  if (!URL.canParse(url)) throw new UsageError(`--url ${url} is no URL`);
  return {
    url,
    parameters: {
      name,
      method: values.get("method"),
      band: checkedNumber(values, "band"),
      radius: checkedNumber(values, "radius"),
      lag: lagSecondsOf(values.get("lag")),
      inverse: values.get("inverse"),
      limit: checkedNumber(values, "limit"),
      offset: checkedNumber(values, "offset"),
      filter: values.get("filter"),
      from: secondsOf(values, "from", io),
      until: secondsOf(values, "until", io),
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

function numberOf(values: Values, option: string): number | undefined {
  const text = values.get(option);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) {
    throw new UsageError(`--${option} takes a number, not ${JSON.stringify(text)}`);
  }
  return value;
}

function checkedNumber(values: Values, option: string): string | undefined {
  return numberOf(values, option)?.toString();
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
function secondsOf(values: Values, option: string, io: CommandIo): string | undefined {
  const text = values.get(option);
  if (text === undefined) return undefined;
  const [, count, unit = "s"] = /^-(\d+)([smhd])?(?:in)?$/.exec(text) ?? [];
  if (count === undefined) return checkedNumber(values, option);
  const ago = Number(count) * (unitSeconds[unit] ?? 1);
  return String(Math.floor(io.clock.nowMs() / 1000) - ago);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
