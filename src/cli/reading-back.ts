/** Asks a running Kale over HTTP what it has of a series, until it is what was sent. */

const requestTimeoutMs = 5000;
const pollMs = 250;

export interface ReadBackWish {
  /** e.g. "http://127.0.0.1:1500" */
  readonly baseUrl: string;
  readonly name: string;
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
  /** Every value in this range, oldest first. */
  readonly values: readonly number[];
  readonly patienceMs: number;
}

type Answer =
  | { readonly ok: true; readonly values: readonly number[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Asks again while something is missing or still the value of an earlier run; an address that does
 * not answer is asked once. Never rejects.
 *
 * @returns what is wrong, undefined where all came back
 */
export async function readBack(wish: ReadBackWish): Promise<string | undefined> {
  const attemptCount = Math.ceil(wish.patienceMs / pollMs);
  let difference: string | undefined;
  for (let attempt = 0; attempt < attemptCount; attempt++) {
    const answer = await ask(wish);
    if (!answer.ok) return answer.reason;
    difference = differenceOf(wish, answer.values);
    if (difference === undefined) return undefined;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return difference;
}

function differenceOf(wish: ReadBackWish, values: readonly number[]): string | undefined {
  if (values.length !== wish.values.length) {
    const counts = `${values.length} of ${wish.values.length} samples of ${wish.name}`;
    return `${counts} came back within ${wish.patienceMs / 1000} s`;
  }
  const wrong = wish.values.findIndex((value, i) => values[i] !== value);
  if (wrong < 0) return undefined;
  return `sample ${wrong + 1} of ${wish.name} came back as ${values[wrong] ?? "nothing"}, sent was ${wish.values[wrong] ?? "nothing"}`;
}

/** What we need of the answer of /kale/points. */
interface PointsAnswer {
  readonly points?: readonly (readonly [time: number, value: number])[];
}

async function ask(wish: ReadBackWish): Promise<Answer> {
  const query = new URLSearchParams({
    name: wish.name,
    from: String(wish.fromMs / 1000),
    until: String(wish.untilMs / 1000),
    maxPoints: "10000",
  });
  const url = `${wish.baseUrl}/kale/points?${query.toString()}`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(requestTimeoutMs) });
    if (response.status === 404) return { ok: true, values: [] }; // the name is not known yet
    if (!response.ok) return { ok: false, reason: `${url} answers ${response.status}` };
    const body = (await response.json()) as PointsAnswer;
    return { ok: true, values: (body.points ?? []).map(([, value]) => value) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { ok: false, reason: `${wish.baseUrl} does not answer: ${String(cause)}` };
  }
}
