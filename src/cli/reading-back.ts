/** Asks a running Kale over HTTP what it has of a series, until it has it or patience ends. */

const requestTimeoutMs = 5000;
const pollMs = 250;

export interface ReadBackWish {
  /** e.g. "http://127.0.0.1:1500" */
  readonly baseUrl: string;
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** How many samples are wanted. */
  readonly count: number;
  readonly patienceMs: number;
}

export type ReadBack =
  | { readonly ok: true; readonly values: readonly number[] }
  | { readonly ok: false; readonly reason: string };

/** What we need of the answer of /kale/points. */
interface PointsAnswer {
  readonly points?: readonly (readonly [time: number, value: number])[];
}

/** Never rejects: what went wrong is in the answer. */
export async function readBack(wish: ReadBackWish): Promise<ReadBack> {
  const attemptCount = Math.ceil(wish.patienceMs / pollMs);
  let answer: ReadBack = { ok: false, reason: "was not asked for" };
  for (let attempt = 0; attempt < attemptCount; attempt++) {
    answer = await readOnce(wish);
    if (answer.ok && answer.values.length >= wish.count) return answer;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  if (!answer.ok) return answer;
  const waited = `${wish.patienceMs / 1000} s`;
  return {
    ok: false,
    reason: `${answer.values.length} of ${wish.count} samples of ${wish.name} arrived within ${waited}`,
  };
}

async function readOnce(wish: ReadBackWish): Promise<ReadBack> {
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
