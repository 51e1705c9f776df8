/** Conditions on a series as one test of its name; the cheap ones are asked first. */
import { assert } from "../../base/assert.ts";
import type { SeriesMatcher, SeriesTest } from "../../model/index.ts";
import { SelectorError, type SelectorFault } from "./fault.ts";
import { hasPath, pathKey, pathOf, tagAt } from "./series-parts.ts";
import { compileTest } from "./value-test.ts";

export const matcherCountMax = 64;

/** @param name  in its one spelling */
export type NameTest = (name: string) => boolean;

export type CompiledSelector =
  | { readonly ok: true; readonly test: NameTest }
  | { readonly ok: false; readonly fault: SelectorFault };

export function compileSelector(matchers: readonly SeriesMatcher[]): CompiledSelector {
  if (matchers.length > matcherCountMax) {
    const message = `${matchers.length} conditions are asked for; at most ${matcherCountMax} are taken.`;
    const fault = { code: "too-large", matcherIndex: matcherCountMax, offset: 0, message } as const;
    return { ok: false, fault };
  }
  const tests: { readonly cost: number; readonly test: NameTest }[] = [];
  for (const [matcherIndex, matcher] of matchers.entries()) {
    const { key, test, value } = matcher;
    if (key === pathKey && test === "equal") {
      tests.push({ cost: 0, test: (name) => hasPath(name, value) });
      continue;
    }
    const compiled = compileTest(test, value);
    if (!compiled.ok) return { ok: false, fault: { ...compiled, matcherIndex } };
    const passes = compiled.test;
    const mark = `;${key}=`;
    tests.push({
      cost: testCosts[test],
      test:
        key === pathKey
          ? (name): boolean => passes(pathOf(name))
          : (name): boolean => passes(tagAt(name, mark)),
    });
  }
  const ordered = tests.sort((a, b) => a.cost - b.cost).map(({ test }) => test);
  return { ok: true, test: (name) => ordered.every((test) => test(name)) };
}

/** What is wrong with the conditions; undefined where nothing is. */
export function selectorFault(matchers: readonly SeriesMatcher[]): SelectorFault | undefined {
  const compiled = compileSelector(matchers);
  return compiled.ok ? undefined : compiled.fault;
}

/** For whoever has seen to it that the conditions are sound. */
export function soundSelector(matchers: readonly SeriesMatcher[]): NameTest {
  const compiled = compileSelector(matchers);
  assert(compiled.ok, "only conditions that can be tested are asked for");
  return compiled.test;
}

/** @throws SelectorError */
export function checkSelector(matchers: readonly SeriesMatcher[]): void {
  const fault = selectorFault(matchers);
  if (fault !== undefined) throw new SelectorError(fault);
}

const testCosts: Readonly<Record<SeriesTest, number>> = {
  equal: 1,
  unequal: 1,
  wildcard: 2,
  glob: 3,
  match: 4,
  mismatch: 4,
};
