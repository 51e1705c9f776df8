package kale.oculus;

/**
 * The lowest and the highest value at most a band away from each point of a row.
 *
 * Streaming, with two monotone queues: D. Lemire, "Streaming maximum-minimum filter using no more
 * than three comparisons per element" (2006).
 */
final class Envelope {
    final double[] lower;
    final double[] upper;
    private final int band;
    private final int[] lows;
    private final int[] highs;

    Envelope(int length, int band) {
        this.band = band;
        this.lower = new double[length];
        this.upper = new double[length];
        this.lows = new int[length];
        this.highs = new int[length];
    }

    void fill(double[] row) {
        int length = row.length;
        int lowHead = 0;
        int lowTail = 0;
        int highHead = 0;
        int highTail = 0;
        for (int ahead = 0, at = -band; at < length; ahead++, at++) {
            if (ahead < length) {
                double value = row[ahead];
                while (lowTail > lowHead && row[lows[lowTail - 1]] >= value) lowTail--;
                lows[lowTail++] = ahead;
                while (highTail > highHead && row[highs[highTail - 1]] <= value) highTail--;
                highs[highTail++] = ahead;
            }
            if (at < 0) continue;
            if (lows[lowHead] < at - band) lowHead++;
            if (highs[highHead] < at - band) highHead++;
            lower[at] = row[lows[lowHead]];
            upper[at] = row[highs[highHead]];
        }
    }
}
