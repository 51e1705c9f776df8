package kale.oculus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * FastDTW, as the original Oculus ranked with: an approximate warping path in linear time.
 *
 * Both rows are halved by averaging until they are short, aligned there exactly, and the path found is
 * projected back up level by level, each time searched within a radius around it. The distance is
 * the sum of |a - b| along the path. Not above it, and so a reason to give up: ends meet ends, and a
 * point of the row beyond all of the query pays at least what it stands out.
 *
 * Sources: S. Salvador, P. Chan, "Toward accurate dynamic time warping in linear time and space" (2007),
 * with the details of the authors' own program; B.-K. Yi and others, "Efficient retrieval of similar
 * time sequences under time warping" (1998). src/oculus/distance/fast-dtw.ts of the program beside
 * this plugin is the same and says more; distances are bit for bit the same.
 */
final class FastDtw implements Distance {
    /** One resolution: the rows averaged, and the window of each line, which is a point of the query. */
    private record Level(double[] query, double[] row, int[] blockSizes, int[] low, int[] high) {
        int length() {
            return query.length;
        }
    }

    private final int radius;
    private final List<Level> levels = new ArrayList<>();
    private final double lowest;
    private final double highest;
    private final double[] costs;
    private final int[] pathLines;
    private final int[] pathColumns;
    private final int[] lowBefore;
    private final int[] highBefore;
    private int pathLength;

    FastDtw(double[] query, int radius) {
        this.radius = radius;
        this.lowest = Arrays.stream(query).min().orElseThrow();
        this.highest = Arrays.stream(query).max().orElseThrow();
        double[] points = query;
        int[] blockSizes = new int[query.length];
        Arrays.fill(blockSizes, 1);
        for (;;) {
            int length = points.length;
            levels.add(new Level(points, new double[length], blockSizes, new int[length], new int[length]));
            if (length <= radius + 2) break;
            blockSizes = halvingBlocks(length);
            double[] coarse = new double[blockSizes.length];
            average(points, blockSizes, coarse);
            points = coarse;
        }
        int length = query.length;
        this.costs = new double[length * length];
        this.pathLines = new int[2 * length];
        this.pathColumns = new int[2 * length];
        this.lowBefore = new int[length];
        this.highBefore = new int[length];
    }

    @Override
    public double measure(double[] row, double cutoff) {
        Level finest = levels.get(0);
        if (bound(finest.query, row) > Distance.withSlack(cutoff)) return Double.POSITIVE_INFINITY;
        System.arraycopy(row, 0, finest.row, 0, row.length);
        for (int k = 1; k < levels.size(); k++) {
            average(levels.get(k - 1).row, levels.get(k).blockSizes, levels.get(k).row);
        }
        Level coarsest = levels.get(levels.size() - 1);
        Arrays.fill(coarsest.low, 0);
        Arrays.fill(coarsest.high, coarsest.length() - 1);
        for (int k = levels.size() - 1; k > 0; k--) {
            fillCosts(levels.get(k), Double.POSITIVE_INFINITY);
            trace(levels.get(k));
            project(levels.get(k), levels.get(k - 1));
        }
        return fillCosts(finest, cutoff);
    }

    private double bound(double[] query, double[] row) {
        int last = query.length - 1;
        double sum = Math.abs(query[0] - row[0]) + Math.abs(query[last] - row[last]);
        for (int j = 1; j < last; j++) {
            if (row[j] > highest) sum += row[j] - highest;
            else if (row[j] < lowest) sum += lowest - row[j];
        }
        return sum;
    }

    /** Walks the table back from its last cell; the path is kept from its end to its start. */
    private void trace(Level level) {
        int i = level.length() - 1;
        int j = i;
        int count = 0;
        pathLines[count] = i;
        pathColumns[count++] = j;
        while (i > 0 || j > 0) {
            double diagonal = costAt(level, i - 1, j - 1);
            double up = costAt(level, i - 1, j);
            double left = costAt(level, i, j - 1);
            if (diagonal <= up && diagonal <= left) {
                i--;
                j--;
            } else if (up < left || (up == left && i > j)) i--;
            else j--;
            pathLines[count] = i;
            pathColumns[count++] = j;
        }
        pathLength = count;
    }

    /** Outside of the window the table holds what an earlier row left there. */
    private double costAt(Level level, int i, int j) {
        if (i < 0 || j < level.low[i] || j > level.high[i]) return Double.POSITIVE_INFINITY;
        return costs[i * level.length() + j];
    }

    private void project(Level coarse, Level fine) {
        Arrays.fill(fine.low, fine.length());
        Arrays.fill(fine.high, -1);
        int line = 0;
        int column = 0;
        for (int k = pathLength - 1; k >= 0; k--) {
            int i = pathLines[k];
            int j = pathColumns[k];
            if (k < pathLength - 1) {
                int lineBefore = pathLines[k + 1];
                int columnBefore = pathColumns[k + 1];
                if (j > columnBefore) column += coarse.blockSizes[columnBefore];
                if (i > lineBefore) line += coarse.blockSizes[lineBefore];
                if (j > columnBefore && i > lineBefore) {
                    mark(fine, line - 1, column);
                    mark(fine, line, column - 1);
                }
            }
            for (int x = 0; x < coarse.blockSizes[i]; x++) {
                mark(fine, line + x, column);
                mark(fine, line + x, column + coarse.blockSizes[j] - 1);
            }
        }
        if (radius > 0) widen(fine, 1);
        if (radius > 1) widen(fine, radius - 1);
    }

    /** Moves every cell of the window in eight directions and marks where it lands, stopped at the rim. */
    private void widen(Level level, int by) {
        int length = level.length();
        int last = length - 1;
        System.arraycopy(level.low, 0, lowBefore, 0, length);
        System.arraycopy(level.high, 0, highBefore, 0, length);
        for (int i = 0; i < length; i++) {
            int from = lowBefore[i];
            int until = highBefore[i];
            int down = Math.min(by, last - i);
            int up = Math.min(by, i);
            level.low[i] = Math.min(level.low[i], Math.max(from - by, 0));
            for (int j = from; j <= until; j++) {
                int step = Math.min(j, down);
                level.low[i + step] = Math.min(level.low[i + step], j - step);
                if (j >= by) break;
            }
            level.high[i] = Math.max(level.high[i], Math.min(until + by, last));
            for (int j = until; j >= from; j--) {
                int step = Math.min(last - j, up);
                level.high[i - step] = Math.max(level.high[i - step], j + step);
                if (last - j >= by) break;
            }
        }
    }

    private static void mark(Level level, int line, int column) {
        level.low[line] = Math.min(level.low[line], column);
        level.high[line] = Math.max(level.high[line], column);
    }

    /** Sizes of the length / 2 blocks whose ends are rounded multiples of their mean size. */
    private static int[] halvingBlocks(int length) {
        int[] sizes = new int[length / 2];
        for (int k = 0, start = 0; k < sizes.length; k++) {
            int end = (int) Math.round((double) length / sizes.length * (k + 1));
            sizes[k] = end - start;
            start = end;
        }
        return sizes;
    }

    private static void average(double[] points, int[] blockSizes, double[] into) {
        int at = 0;
        for (int k = 0; k < blockSizes.length; k++) {
            double sum = 0;
            for (int x = 0; x < blockSizes[k]; x++) sum += points[at++];
            into[k] = sum / blockSizes[k];
        }
    }

    /** Fills the window of the table. @return its last cell, or infinity where that is above the cutoff */
    private double fillCosts(Level level, double cutoff) {
        int length = level.length();
        for (int i = 0; i < length; i++) {
            double point = level.query[i];
            int from = level.low[i];
            int until = level.high[i];
            int lowAbove = i > 0 ? level.low[i - 1] : 0;
            int highAbove = i > 0 ? level.high[i - 1] : -1;
            int line = i * length;
            int above = line - length;
            double left = Double.POSITIVE_INFINITY;
            double diagonal = i == 0 && from == 0 ? 0 : Double.POSITIVE_INFINITY;
            if (i > 0 && from - 1 >= lowAbove && from - 1 <= highAbove) diagonal = costs[above + from - 1];
            double least = Double.POSITIVE_INFINITY;
            for (int j = from; j <= until; j++) {
                double up = j >= lowAbove && j <= highAbove ? costs[above + j] : Double.POSITIVE_INFINITY;
                double before = diagonal < left ? diagonal : left;
                if (up < before) before = up;
                diagonal = up;
                left = before + Math.abs(point - level.row[j]);
                costs[line + j] = left;
                if (left < least) least = left;
            }
            if (least > cutoff) return Double.POSITIVE_INFINITY;
        }
        double distance = costs[length * length - 1];
        return distance <= cutoff ? distance : Double.POSITIVE_INFINITY;
    }
}
