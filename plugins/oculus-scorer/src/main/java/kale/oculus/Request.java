package kale.oculus;

import java.util.List;
import java.util.Map;

/**
 * What one search asks of the script, read and checked once per request and shard.
 *
 * <pre>
 *   query    the shape looked for: z-normalised, as many numbers as the documents' series have
 *   field    the binary field with doc values that holds the series as big-endian floats; "series"
 *   band     oculus_dtw: how many points apart two points may be that meet; the whole length
 *   radius   oculus_fastdtw: cells searched around the coarse path; 5
 *   inverse  whether the mirror image counts too, the nearer of the two; false
 *   keep     how many of the best the search will look at: documents that cannot be among them may
 *            score 0 without being measured to the end. 0 measures every document; 0
 * </pre>
 */
record Request(Method method, String field, double[] query, int band, int radius, boolean inverse, int keep) {
    /** Longer series are refused: FastDTW keeps a table of length x length. */
    static final int LENGTH_MAX = 2_000;

    static final int RADIUS_MAX = 1_000;
    static final int KEEP_MAX = 10_000;

    enum Method {
        EUCLIDIAN,
        DTW,
        FASTDTW;

        static Method of(String script) {
            return switch (script) {
                case "oculus_euclidian" -> EUCLIDIAN;
                case "oculus_dtw" -> DTW;
                case "oculus_fastdtw" -> FASTDTW;
                default -> throw new IllegalArgumentException(
                    "unknown script [" + script + "]: there are oculus_euclidian, oculus_dtw and oculus_fastdtw");
            };
        }
    }

    static Request of(Method method, Map<String, Object> params) {
        double[] query = numbers(params.get("query"));
        int band = integer(params, "band", query.length - 1, 0, Integer.MAX_VALUE);
        return new Request(
            method,
            params.get("field") instanceof String field ? field : "series",
            query,
            Math.min(band, query.length - 1),
            integer(params, "radius", 5, 0, RADIUS_MAX),
            Boolean.TRUE.equals(params.get("inverse")),
            integer(params, "keep", 0, 0, KEEP_MAX));
    }

    private static double[] numbers(Object given) {
        if (!(given instanceof List<?> list) || list.size() < 2 || list.size() > LENGTH_MAX) {
            throw new IllegalArgumentException("param [query] is a list of 2 to " + LENGTH_MAX + " numbers");
        }
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(list.get(i) instanceof Number number) || !Double.isFinite(number.doubleValue())) {
                throw new IllegalArgumentException("param [query] holds numbers only");
            }
            numbers[i] = number.doubleValue();
        }
        return numbers;
    }

    private static int integer(Map<String, Object> params, String name, int fallback, int min, int max) {
        Object given = params.get(name);
        if (given == null) return fallback;
        if (given instanceof Integer number && number >= min && number <= max) return number;
        throw new IllegalArgumentException("param [" + name + "] is a whole number of " + min + " to " + max);
    }
}
