/** The dashboard and the data sources of docs/grafana, asked of Kale as Grafana asks. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Answer, fixtureNowMs, startTestWebapp, type TestWebapp } from "./http.fixture.ts";

interface Target {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly expr?: string;
  readonly target?: string;
  readonly instant?: boolean;
}

interface Link {
  readonly title: string;
  readonly url: string;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly targets: readonly Target[];
  readonly links?: readonly Link[];
  readonly fieldConfig: {
    readonly overrides: readonly {
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly links: readonly Link[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: string | { readonly query: string };
      readonly regex?: string;
    }[];
  };
  readonly annotations: {
    readonly list: readonly { readonly target: { readonly tags: readonly string[] } }[];
  };
}

type Labels = Readonly<Record<string, string>>;
interface Vector {
  readonly status: string;
  readonly data: {
    readonly resultType: string;
    readonly result: readonly {
      readonly metric: Labels;
      readonly value: readonly [number, string];
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

const folder = join(import.meta.dirname, "../../docs/grafana");
const dashboard = JSON.parse(readFileSync(join(folder, "kale.json"), "utf8")) as Dashboard;
const now = fixtureNowMs / 1000;
const from = now - 6 * 3600;
/** Core panels and sources: nothing needs to be installed. */
const panelTypes = ["stat", "table", "timeseries"];

let kale: TestWebapp;
let metric: string;
beforeAll(async () => {
  kale = await startTestWebapp();
  // One that is a target as it stands; parentheses and quotes are grammar there.
  metric = (await choices()).toSorted().find((name) => /^[\w.]+$/.test(name))!;
});
afterAll(() => kale.webapp.close());

function postForm(
  path: string,
  form: Labels | readonly (readonly [string, string])[],
): Promise<Answer> {
  const body = new URLSearchParams(form as Record<string, string>).toString();
  return kale.send("POST", path, {
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body,
  });
}

/** As Grafana puts the values of variables in. */
function filled(text: string): string {
  return text.replaceAll("$metric", metric);
}

async function prometheus({ expr = "", instant = false }: Target): Promise<Vector["data"]> {
  const query = filled(expr);
  const answer = instant
    ? await postForm("/api/v1/query", { query, time: String(now) })
    : await postForm("/api/v1/query_range", {
        query,
        start: String(from),
        end: String(now),
        step: "15",
      });
  expect(answer.status, answer.text).toBe(200);
  return (answer.json() as Vector).data;
}

/** What the variable "metric" offers: query_result() is an instant query whose answers are written out. */
async function choices(): Promise<string[]> {
  const variable = dashboard.templating.list.find(({ name }) => name === "metric")!;
  const { query } = variable.query as { query: string };
  const expr = /^query_result\((.*)\)$/.exec(query)![1]!;
  const { result } = await prometheus({
    refId: "metric",
    datasource: { type: "prometheus", uid: "" },
    expr,
    instant: true,
  });
  const pattern = new RegExp(variable.regex!.slice(1, -1));
  return result.map(({ metric: { __name__: name, ...labels }, value }) => {
    const written = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
    const text = `${name}{${written.join(",")}} ${value[1]} ${value[0] * 1000}`;
    return pattern.exec(text)![1]!;
  });
}

test("the variable of metrics offers those that are abnormal now", async () => {
  const active = kale.site.journal.find({ state: "active", limit: 1_000 });
  expect((await choices()).toSorted()).toEqual(
    active.map(({ name }) => name.split(";")[0]!).toSorted(),
  );
});

describe.each(dashboard.panels.map((panel) => [panel.title, panel] as const))(
  "panel %s",
  (_, panel) => {
    test("is one of Grafana's own, and names its sources by variables", () => {
      expect(panelTypes).toContain(panel.type);
      for (const { datasource } of panel.targets) {
        expect(datasource.uid).toBe(`\${${datasource.type}}`);
      }
    });

    test.each(panel.targets.map((target) => [target.refId, target] as const))(
      "query %s is answered with numbers",
      async (refId, target) => {
        if (target.datasource.type === "prometheus") {
          const { result } = await prometheus(target);
          expect(result.length).toBeGreaterThan(0);
          return;
        }
        const answer = await postForm("/render", [
          ["target", filled(target.target ?? "")],
          ["from", String(from)],
          ["until", String(now)],
          ["format", "json"],
          ["maxDataPoints", "900"],
        ]);
        expect(answer.status, answer.text).toBe(200);
        const list = answer.json() as { datapoints: [number | null, number][] }[];
        expect(list.length).toBeGreaterThan(0);
        expect(list[0]!.datapoints.some(([value]) => value !== null)).toBe(true);
      },
    );
  },
);

test("the number of anomalies over time is what the journal has", async () => {
  const panel = dashboard.panels.find(({ type }) => type === "timeseries")!;
  const { result } = await prometheus(panel.targets[0]!);
  const [[, last]] = [result[0]!.values.at(-1)!];
  expect(Number(last)).toBe(kale.site.journal.find({ state: "active", limit: 1_000 }).length);
});

test("each row of the table leads back to its anomaly and its metric", async () => {
  const table = dashboard.panels.find(({ type }) => type === "table")!;
  const { result } = await prometheus(table.targets[0]!);
  const active = kale.site.journal.find({ state: "active", limit: 1_000 });
  expect(result.length).toBe(active.length);
  const links = table.fieldConfig.overrides
    .flatMap(({ properties }) => properties)
    .filter(({ id }) => id === "links")
    .flatMap(({ value }) => value as Link[]);
  expect(links).toHaveLength(2);
  for (const { metric: labels } of result) {
    const [page, anomaly] = links.map(({ url }) =>
      url
        .replace("${kale}", "")
        .replaceAll(/\$\{__data\.fields\.(\w+)\}/g, (_, key: string) => labels[key]!),
    );
    const found = active.find(({ id }) => anomaly === `/a/${id}`);
    expect(found, anomaly).toBeDefined();
    expect(page).toBe(`/m/${encodeURIComponent(found!.name)}`);
  }
});

test("annotations are Kale's anomalies, with absolute and with relative times", async () => {
  const [{ target }] = dashboard.annotations.list as [Dashboard["annotations"]["list"][number]];
  for (const range of ["from=-6h&until=now", `from=${from}&until=${now}`]) {
    const answer = await kale.get(`/events/get_data?${range}&tags=${target.tags.join("%20")}`);
    expect(answer.status).toBe(200);
    const events = answer.json() as { what: string; when: number }[];
    expect(events.length).toBeGreaterThan(5);
    expect(events.every(({ when }) => when >= from && when <= now)).toBe(true);
  }
});

test("links lead to pages of Kale by its variable", () => {
  const links = [...dashboard.links, ...dashboard.panels.flatMap((panel) => panel.links ?? [])];
  for (const { url } of links) {
    expect(url).toMatch(/^\$\{kale\}\/(history|m\/\$\{metric:percentencode\})?$/);
  }
});

test("datasources.yaml has the three sources, and Kale passes their health checks", async () => {
  const text = readFileSync(join(folder, "datasources.yaml"), "utf8");
  const { datasources } = parse(text) as { datasources: { type: string; url: string }[] };
  expect(datasources.map(({ type }) => type)).toEqual(["graphite", "prometheus", "opentsdb"]);
  expect(new Set(datasources.map(({ url }) => url))).toEqual(new Set(["http://127.0.0.1:1500"]));
  const checks = [
    await postForm("/render", { target: "constantLine(100)", from: "-1h", format: "json" }),
    await postForm("/api/v1/query", { query: "1+1", time: String(now) }),
    await kale.get("/api/suggest?type=metrics&q=cpu&max=1000"),
  ];
  expect(checks.map(({ status }) => status)).toEqual([200, 200, 200]);
});
