/** The kinds of settings that say where something is: addresses to listen on, and of other programs. */
import { listOf, textOf } from "./setting-input.ts";
import { durationKind, type SettingKind } from "./setting-kinds.ts";

/** The form only; what it means is the Redis store's matter. User and password are not part of it. */
export const redisUrlKind: SettingKind<string> = {
  allowed:
    "redis://HOST:PORT[/DATABASE], rediss://HOST:PORT, unix:///PATH, redis+cluster://HOST:PORT,HOST:PORT or redis+sentinel://HOST:PORT,HOST:PORT/MASTER",
  placeholder: "URL",
  words: [],
  read: (input) => {
    const text = textOf(input);
    if (text === undefined || text.includes("@")) return undefined;
    return /^(unix:\/\/\/.+|rediss?(\+(cluster|sentinel))?:\/\/[^\s/]+(\/[^\s/]*)?)$/.test(text)
      ? text
      : undefined;
  },
  show: String,
};

/** Addresses over HTTP; user and password are not part of them, since addresses are shown. */
export const urlListKind: SettingKind<readonly string[]> = {
  allowed: "a list of http:// or https:// addresses without user and password",
  placeholder: "URL,…",
  words: [],
  read: (input) => {
    const texts = listOf(input);
    return texts !== undefined && texts.length > 0 && texts.every(isPlainUrl) ? texts : undefined;
  },
  show: (value) => `[${value.join(", ")}]`,
};

function isPlainUrl(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return username === "" && password === "" && search === "" && hash === "";
}

/** An address to listen on: a numeric address, which needs no name server at start. */
export const addressKind: SettingKind<string> = {
  allowed: "an IP address such as 127.0.0.1, 0.0.0.0 or ::1, or the word localhost",
  placeholder: "ADDR",
  words: ["127.0.0.1", "0.0.0.0", "localhost"],
  read: (input) => {
    const text = textOf(input);
    if (text === "localhost") return "127.0.0.1";
    return text !== undefined && isIpAddress(text) ? text : undefined;
  },
  show: String,
};

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Addresses of other programs, e.g. "gmond1:8649,[::1]:8649". */
export const hostPortListKind: SettingKind<readonly HostPort[]> = {
  allowed: "a list of HOST:PORT",
  placeholder: "HOST:PORT,…",
  words: [],
  read: (input) => {
    const texts = input === "" ? [] : listOf(input);
    const targets = texts?.map(hostPortOf);
    return targets?.every((target) => target !== undefined) === true ? targets : undefined;
  },
  show: (value) =>
    `[${value.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`).join(", ")}]`,
};

function hostPortOf(text: string): HostPort | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

export interface JobUrl {
  readonly job: string;
  readonly url: string;
  /** How often it is asked; as all others unless given. */
  readonly everyMs?: number;
}

/** Pages of metrics and what each is called, e.g. "node=http://fe1:9100/metrics". */
export const jobUrlListKind: SettingKind<readonly JobUrl[]> = {
  allowed:
    "a list of JOB=URL or JOB@TIME=URL, such as node@60s=http://fe1:9100/metrics, without user and password",
  placeholder: "JOB=URL,…",
  words: [],
  read: (input) => {
    const texts = input === "" ? [] : listOf(input);
    const targets = texts?.map(jobUrlOf);
    return targets?.every((target) => target !== undefined) === true ? targets : undefined;
  },
  show: (value) => `[${value.map(showJobUrl).join(", ")}]`,
};

function jobEvery(): SettingKind<number> {
  return durationKind({ minMs: 1000, maxMs: 3_600_000 });
}

function showJobUrl({ job, url, everyMs }: JobUrl): string {
  return `${job}${everyMs === undefined ? "" : `@${jobEvery().show(everyMs)}`}=${url}`;
}

function jobUrlOf(text: string): JobUrl | undefined {
  const found = /^([^=@:\s/]{1,100})(?:@([^=\s]+))?=(https?:\/\/\S{1,2000})$/.exec(text);
  const [, job, every, given] = found ?? [];
  if (job === undefined || given === undefined || !URL.canParse(given)) return undefined;
  const everyMs = every === undefined ? undefined : jobEvery().read(every);
  if (every !== undefined && everyMs === undefined) return undefined;
  const url = new URL(given);
  if (url.username !== "" || url.password !== "") return undefined;
  if (url.pathname === "/") url.pathname = "/metrics";
  return { job, url: url.href, ...(everyMs === undefined ? {} : { everyMs }) };
}

function isIpAddress(text: string): boolean {
  const parts = text.split(".");
  if (parts.length === 4)
    return parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return text.includes(":") && URL.canParse(`http://[${text}]/`);
}
