package kale.oculus;

import java.util.Arrays;

/**
 * Root of the least sum of squared differences over all alignments that stray at most a band from the
 * diagonal. Exact: three steps, each dearer than the one before, and each may give the row up.
 *
 * <ol>
 *   <li>LB_Kim and LB_Keogh: the ends meet each other, and what stands out of the query's envelope is
 *       paid in any alignment;
 *   <li>the same with the row's envelope, which also tells for each point of the query what those
 *       after it cost at the least;
 *   <li>the table, line by line, its dead cells cut from both ends, until a line is empty.
 * </ol>
 *
 * Sources: S. Kim and others (2001); E. Keogh, C. Ratanamahatana (2005); M. Herrmann, G. Webb, "Early
 * abandoning and pruning for elastic distances including dynamic time warping" (2021). The program
 * beside this plugin has the same in src/oculus/distance; distances are bit for bit the same.
 */
final class BandedDtw implements Distance {
    private final double[] query;
    private final int band;
    private final Envelope ofQuery;
    private final Envelope ofRow;
    private final double[] tails;
    private double[] previous;
    private double[] current;

    BandedDtw(double[] query, int band) {
        this.query = query;
        this.band = band;
        this.ofQuery = new Envelope(query.length, band);
        this.ofRow = new Envelope(query.length, band);
        this.tails = new double[query.length];
        this.previous = new double[query.length];
        this.current = new double[query.length];
        ofQuery.fill(query);
    }

    @Override
    public double measure(double[] row, double cutoff) {
        double squaredCutoff = Distance.squareAbove(cutoff);
        if (cutoff < Double.POSITIVE_INFINITY) {
            double limit = Distance.withSlack(squaredCutoff);
            if (isAboveByQuery(row, limit)) return Double.POSITIVE_INFINITY;
            ofRow.fill(row);
            if (isAboveByRow(row, limit)) return Double.POSITIVE_INFINITY;
        } else {
            Arrays.fill(tails, 0);
        }
        return Math.sqrt(squared(row, squaredCutoff));
    }

    private boolean isAboveByQuery(double[] row, double limit) {
        int last = query.length - 1;
        double sum = square(query[0] - row[0]) + square(query[last] - row[last]);
        for (int i = 1; i < last && sum <= limit; i++) {
            sum += outside(row[i], ofQuery.lower[i], ofQuery.upper[i]);
        }
        return sum > limit;
    }

    /** Fills the tails where it answers no. */
    private boolean isAboveByRow(double[] row, double limit) {
        int last = query.length - 1;
        double first = square(query[0] - row[0]);
        double sum = square(query[last] - row[last]);
        tails[last] = 0;
        for (int i = last - 1; i > 0; i--) {
            tails[i] = sum;
            sum += outside(query[i], ofRow.lower[i], ofRow.upper[i]);
            if (sum + first > limit) return true;
        }
        tails[0] = sum;
        return sum + first > limit;
    }

    private double squared(double[] row, double cutoff) {
        int length = query.length;
        double limit = Distance.withSlack(cutoff);
        // Columns of the line above that are still alive: the first, and one past the last.
        int first = 0;
        int end = 0;
        for (int i = 0; i < length; i++) {
            double point = query[i];
            double lineLimit = limit - tails[i];
            int columnsEnd = Math.min(i + band + 1, length);
            int j = Math.max(i - band, first);
            double diagonal = i == 0 ? 0 : j > first ? previous[j - 1] : Double.POSITIVE_INFINITY;
            double left = Double.POSITIVE_INFINITY;
            int nextFirst = -1;
            int nextEnd = 0;
            for (; j < columnsEnd; j++) {
                double up = j < end ? previous[j] : Double.POSITIVE_INFINITY;
                double least = diagonal < left ? diagonal : left;
                if (up < least) least = up;
                diagonal = up;
                left = least + square(point - row[j]);
                if (left <= lineLimit) {
                    if (nextFirst < 0) nextFirst = j;
                    nextEnd = j + 1;
                } else if (j >= end) break; // above and to the left all is dead
                current[j] = left;
            }
            if (nextFirst < 0) return Double.POSITIVE_INFINITY;
            first = nextFirst;
            end = nextEnd;
            double[] swap = previous;
            previous = current;
            current = swap;
        }
        double distance = end == length ? previous[length - 1] : Double.POSITIVE_INFINITY;
        return distance <= cutoff ? distance : Double.POSITIVE_INFINITY;
    }

    private static double outside(double value, double lower, double upper) {
        if (value > upper) return square(value - upper);
        return value < lower ? square(lower - value) : 0;
    }

    private static double square(double value) {
        return value * value;
    }
}
