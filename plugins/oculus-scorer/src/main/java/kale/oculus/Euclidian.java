package kale.oculus;

/** Root of the sum of squared differences, summed from the first point on and given up above the cutoff. */
final class Euclidian implements Distance {
    private static final int BLOCK = 12;

    private final double[] query;

    Euclidian(double[] query) {
        this.query = query;
    }

    @Override
    public double measure(double[] row, double cutoff) {
        double limit = Distance.squareAbove(cutoff);
        double sum = 0;
        for (int i = 0; i < query.length; ) {
            int until = Math.min(i + BLOCK, query.length);
            for (; i < until; i++) {
                double difference = query[i] - row[i];
                sum += difference * difference;
            }
            if (sum > limit) return Double.POSITIVE_INFINITY;
        }
        return Math.sqrt(sum);
    }
}
