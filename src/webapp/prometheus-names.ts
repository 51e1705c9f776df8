/**
 * What Prometheus' API tells of names: labels, their values, series, metadata.
 *
 * The names are those that Kale knows at all; `start` and `end` are taken and have no effect, since
 * the index of names has no times. More than `namesMax` are cut, with a warning in the answer.
 */
import type { SeriesMatcher } from "../model/index.ts";
import {
  LabelSet,
  metricNameLabel,
  parseSelector,
  PromqlError,
  type PromqlSource,
  selectNames,
} from "../query/promql/index.ts";
import { withDeadline } from "./deadline.ts";
import { withAlertSeries } from "./prometheus-alerts.ts";
import {
  type Ask,
  type PrometheusApiParts,
  type PrometheusData,
  PrometheusRefusal,
  type PrometheusRequest,
} from "./prometheus-request.ts";

const namesMax = 50_000;
const matchCountMax = 64;

export function addPrometheusNames(ask: Ask, api: PrometheusApiParts): void {
  const names = new Names(api);
  ask("/api/v1/labels", (request) => names.labels(request));
  ask("/api/v1/label/:name/values", (request, context) =>
    names.values(request, context.req.param("name") ?? ""),
  );
  ask("/api/v1/series", (request) => names.series(request));
  ask("/api/v1/metadata", (request) => names.metadata(request));
}

const noMatchers: readonly SeriesMatcher[] = [];

class Names {
  readonly #api: PrometheusApiParts;

  constructor(api: PrometheusApiParts) {
    this.#api = api;
  }

  async labels(request: PrometheusRequest): Promise<PrometheusData> {
    const limit = request.limit(namesMax);
    const selected = await this.#selected(request);
    if (selected === undefined) {
      const counts = await this.#count(undefined, limit + 1);
      const labels = counts.length === 0 ? [] : [metricNameLabel, ...counts];
      return cut(labels.sort(), limit);
    }
    const labels = new Set<string>();
    for (const set of selected) for (const [name] of set.pairs) labels.add(name);
    return cut([...labels].sort(), limit);
  }

  async values(request: PrometheusRequest, label: string): Promise<PrometheusData> {
    if (label === "") throw new PrometheusRefusal("bad_data", `invalid label name: ""`);
    const limit = request.limit(namesMax);
    const selected = await this.#selected(request, label === "name" ? label : undefined);
    if (selected === undefined) {
      // Of the index "name" is the path, which is `__name__` here.
      return cut(await this.#count(label === metricNameLabel ? "name" : label, limit + 1), limit);
    }
    const values = new Set(selected.map((set) => set.get(label)).filter((value) => value !== ""));
    return cut([...values].sort(), limit);
  }

  async series(request: PrometheusRequest): Promise<PrometheusData> {
    const limit = request.limit(namesMax);
    const selected = await this.#selected(request);
    if (selected === undefined) {
      throw new PrometheusRefusal("bad_data", "no match[] parameter provided");
    }
    return cut(
      selected.map((set) => set.toJson()),
      limit,
    );
  }

  /** Each metric with what its sender said of it; several lists are for several senders there. */
  async metadata(request: PrometheusRequest): Promise<PrometheusData> {
    const { parts, limits } = this.#api;
    if (parts.metadata === undefined) return { data: {} };
    const metric = request.text("metric");
    const query = { metric: metric === "" ? undefined : metric, limit: request.limit(namesMax) };
    const asked = parts.metadata.metadata(query);
    const found = await withDeadline(asked, "the listeners", limits.answerWaitMs);
    return {
      data: Object.fromEntries(
        found.map(({ metric: name, type, help, unit }) => [name, [{ type, help, unit }]]),
      ),
    };
  }

  async #count(tag: string | undefined, limit: number): Promise<string[]> {
    const { parts, limits } = this.#api;
    const asked = parts.index.countTags({ tag, matchers: noMatchers, prefix: "", limit });
    const counts = await withDeadline(asked, "the shards", limits.answerWaitMs);
    return counts.map(({ text }) => text);
  }

  /** @returns what passes any of `match[]`, each series once; undefined where none is given */
  async #selected(
    request: PrometheusRequest,
    mustHave?: string,
  ): Promise<readonly LabelSet[] | undefined> {
    const matches = request.all("match[]");
    if (matches.length > matchCountMax) {
      const message = `${matches.length} match[] are given; at most ${matchCountMax} are taken`;
      throw new PrometheusRefusal("bad_data", message);
    }
    const selectors = matches.map(readMatch);
    // A label called "name" is told apart from the path by looking at the names themselves.
    if (mustHave !== undefined && selectors.length === 0) {
      selectors.push([{ label: mustHave, test: "unequal", value: "" }]);
    }
    if (selectors.length === 0) return undefined;
    const found = new Set<string>();
    for (const matchers of selectors) {
      for (const name of await selectNames(this.#source, matchers, namesMax)) found.add(name);
    }
    return [...found].sort().map((name) => LabelSet.ofSeriesName(name));
  }

  get #source(): Pick<PromqlSource, "select"> {
    const { parts, limits } = this.#api;
    return withAlertSeries(
      {
        select: (selector) =>
          withDeadline(parts.index.select(selector), "the shards", limits.answerWaitMs),
        read: () => Promise.resolve(undefined),
      },
      { episodes: parts.episodes, nowMs: parts.clock.nowMs() },
    );
  }
}

function readMatch(text: string): Parameters<typeof selectNames>[1][number][] {
  try {
    return [...parseSelector(text).matchers];
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    throw new PrometheusRefusal("bad_data", `invalid parameter "match[]": ${error.message}`);
  }
}

function cut(all: readonly unknown[], limit: number): PrometheusData {
  if (all.length <= limit) return { data: all };
  return { data: all.slice(0, limit), warnings: ["results truncated due to limit"] };
}
