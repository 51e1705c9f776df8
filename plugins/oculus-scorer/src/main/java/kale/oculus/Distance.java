package kale.oculus;

/** How far a row is from the query of a request. Owns its work arrays: one thread uses it at a time. */
interface Distance {
    /**
     * @param row     as long as the query
     * @param cutoff  distances above it are of no interest
     * @return the distance, or infinity where it is surely above the cutoff
     */
    double measure(double[] row, double cutoff);

    static Distance of(Request request) {
        Distance same = of(request, request.query());
        if (!request.inverse()) return same;
        Distance opposite = of(request, mirrored(request.query()));
        return (row, cutoff) -> {
            double first = same.measure(row, cutoff);
            return Math.min(first, opposite.measure(row, Math.min(cutoff, first)));
        };
    }

    private static Distance of(Request request, double[] query) {
        return switch (request.method()) {
            case EUCLIDIAN -> new Euclidian(query);
            case DTW -> new BandedDtw(query, request.band());
            case FASTDTW -> new FastDtw(query, request.radius());
        };
    }

    private static double[] mirrored(double[] query) {
        double[] mirrored = new double[query.length];
        for (int i = 0; i < query.length; i++) mirrored[i] = -query[i];
        return mirrored;
    }

    /** A square that the square of no distance up to the limit exceeds by rounding. */
    static double squareAbove(double limit) {
        return limit * limit * (1 + 1e-15);
    }

    /** Bounds add in another order than distances do: they must be above by more than rounding. */
    static double withSlack(double limit) {
        return limit + limit * 1e-11;
    }
}
