/** Which ports opened, which did not, and what that means for the start. */
import type { ListenResult } from "../horizon/index.ts";
import type { OpenPort, WebappError } from "../webapp/index.ts";
import { type ListenAddress, type RunningAddresses, StartError } from "./running.ts";

export interface Listening {
  readonly horizon: readonly ListenResult[];
  readonly webapp: readonly OpenPort[];
  readonly webappProblems: readonly WebappError[];
}

/**
 * What to tell of ports that did not open.
 *
 * @param asked  keys of ports that were asked for by name, e.g. "ports.pickle"
 * @param keyOf  the key of a webapp port by its number
 * @throws StartError  where one that was asked for is missing, or none is left
 */
export function portProblems(
  { horizon, webapp, webappProblems }: Listening,
  asked: ReadonlySet<string>,
  keyOf: (port: number) => string,
): string[] {
  const failed = [
    ...horizon.flatMap(({ key, problem }) =>
      problem === undefined ? [] : [{ key: `ports.${key}`, problem }],
    ),
    ...webappProblems.map(({ port, message }) => ({ key: keyOf(port), problem: message })),
  ];
  const wanted = failed.find(({ key }) => asked.has(key));
  if (wanted !== undefined) {
    throw new StartError("START_PORT_TAKEN", `${wanted.key} was asked for: ${wanted.problem}`);
  }
  const problems = [...new Set(failed.map(({ problem }) => problem))];
  if (failed.length > 0 && webapp.length === 0 && horizon.every(({ ok }) => !ok)) {
    throw new StartError("START_NO_PORT_LEFT", `no port is left: ${problems.join("; ")}`);
  }
  return problems;
}

export function addressesOf(bindAddress: string, { horizon, webapp }: Listening): RunningAddresses {
  const host = localHost(bindAddress);
  function address(key: string, transport: "tcp" | "udp"): ListenAddress | undefined {
    const found = horizon.find((one) => one.ok && one.key === key && one.transport === transport);
    return found === undefined ? undefined : { host, port: found.port };
  }
  const page = webapp.find(({ landing }) => landing === "/")?.url.replace(/\/$/, "");
  const search = webapp.find(({ landing }) => landing !== "/")?.url.replace(/\/$/, "");
  return withoutUndefined({
    webapp: page,
    oculus: search,
    carbon: address("carbon", "tcp"),
    carbonPickle: address("carbon-pickle", "tcp"),
    msgpack: address("msgpack", "udp"),
    pickle: address("pickle", "tcp"),
  });
}

/** Where a sender on this machine reaches a listener that is bound to `bindAddress`. */
export function localHost(bindAddress: string): string {
  if (bindAddress === "0.0.0.0" || bindAddress === "") return "127.0.0.1";
  return bindAddress === "::" ? "::1" : bindAddress;
}

function withoutUndefined<T extends object>(
  object: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
