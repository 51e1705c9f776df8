/**
 * Score scripts in Painless, which every Elasticsearch and OpenSearch can run: what ranks where Kale's
 * plugin is not installed. They are kept in the cluster, so that it compiles them once.
 *
 * Both give 1 / (1 + distance), the nearest document the highest score. Parameters:
 *
 *     query    the shape, z-normalised
 *     inverse  whether the mirror image counts too
 *     cutoff   distances above it score 0 and are given up early; -1 for none
 *     band     oculus_dtw: points by which two that meet may be apart
 *
 * The series is read from doc values: floats, big endian. Squares add from the first point to the last
 * as they do in src/oculus, so that distances agree with it bit for bit; scores are floats, with 24
 * bits of them.
 *
 * An id names one text for ever: a changed script gets another number, so that two versions of Kale can
 * use one cluster. A test holds the texts to their numbers.
 */
import type { EngineClient } from "../client.ts";
import { getScript, putScript } from "../cluster.ts";

const readSeries = `
List given = params.query;
int n = given.size();
if (doc['series'].size() == 0) return 0;
def value = doc['series'].value;
if (value.length != 4 * n) return 0;
byte[] bytes = value.bytes;
int at = value.offset;
double[] row = new double[n];
double[] query = new double[n];
for (int k = 0; k < n; k++) {
  row[k] = Float.intBitsToFloat((bytes[at] & 255) << 24 | (bytes[at + 1] & 255) << 16 | (bytes[at + 2] & 255) << 8 | (bytes[at + 3] & 255));
  at += 4;
  query[k] = ((Number) given[k]).doubleValue();
}
double cutoff = ((Number) params.cutoff).doubleValue();
double limit = cutoff < 0 ? Double.POSITIVE_INFINITY : cutoff * cutoff * (1 + 1e-11);
int sides = params.inverse ? 2 : 1;
`;

const euclidian = `${readSeries}
double best = Double.POSITIVE_INFINITY;
for (int side = 0; side < sides; side++) {
  double sum = 0;
  for (int i = 0; i < n && sum <= limit; i++) {
    double difference = side == 0 ? query[i] - row[i] : query[i] + row[i];
    sum += difference * difference;
  }
  if (sum < best) best = sum;
}
return best > limit ? 0 : 1 / (1 + Math.sqrt(best));
`;

const dtw = `${readSeries}
int band = params.band;
double best = Double.POSITIVE_INFINITY;
double[] previous = new double[n + 1];
double[] current = new double[n + 1];
for (int side = 0; side < sides; side++) {
  if (side == 1) {
    for (int k = 0; k < n; k++) query[k] = -query[k];
  }
  // The ends meet each other in any alignment.
  double ahead = (query[0] - row[0]) * (query[0] - row[0]);
  if (n > 1) ahead += (query[n - 1] - row[n - 1]) * (query[n - 1] - row[n - 1]);
  if (ahead > limit) continue;
  for (int k = 0; k <= n; k++) previous[k] = Double.POSITIVE_INFINITY;
  previous[0] = 0;
  boolean isAlive = true;
  for (int i = 1; i <= n && isAlive; i++) {
    int from = i - band > 1 ? i - band : 1;
    int until = i + band < n ? i + band : n;
    double left = Double.POSITIVE_INFINITY;
    double least = Double.POSITIVE_INFINITY;
    double point = query[i - 1];
    current[from - 1] = left;
    for (int j = from; j <= until; j++) {
      double before = previous[j - 1] < left ? previous[j - 1] : left;
      if (previous[j] < before) before = previous[j];
      double difference = point - row[j - 1];
      left = before + difference * difference;
      current[j] = left;
      if (left < least) least = left;
    }
    if (until < n) current[until + 1] = Double.POSITIVE_INFINITY;
    isAlive = least <= limit;
    double[] swap = previous;
    previous = current;
    current = swap;
  }
  if (isAlive && previous[n] < best) best = previous[n];
}
return best > limit ? 0 : 1 / (1 + Math.sqrt(best));
`;

export const painlessScripts = {
  euclidean: { id: "oculus_euclidian-1", source: euclidian },
  dtw: { id: "oculus_dtw-1", source: dtw },
} as const;

/** Puts into the cluster what is not there. Rejects with an EngineError. */
export async function installScripts(client: EngineClient): Promise<void> {
  for (const { id, source } of Object.values(painlessScripts)) {
    const kept = await getScript(client, id);
    if (kept?.source === source) continue;
    await putScript(client, id, { lang: "painless", source }, { context: "score" });
  }
}
