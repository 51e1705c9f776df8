package kale.oculus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.opensearch.script.ScoreScript;
import org.opensearch.search.lookup.SearchLookup;

/**
 * One request on one shard. All its segments share the nearest documents so far, so that what is
 * hopeless in one is given up early in all.
 *
 * A document without a series, or with one of another length, scores 0.
 */
final class ShapeScoreFactory implements ScoreScript.LeafFactory {
    private final Request request;
    private final Nearest nearest;
    private final Map<String, Object> params;
    private final SearchLookup lookup;
    private final IndexSearcher searcher;

    ShapeScoreFactory(Request request, Map<String, Object> params, SearchLookup lookup, IndexSearcher searcher) {
        this.request = request;
        this.nearest = new Nearest(request.keep());
        this.params = params;
        this.lookup = lookup;
        this.searcher = searcher;
    }

    @Override
    public boolean needs_score() {
        return false;
    }

    @Override
    public ScoreScript newInstance(LeafReaderContext leaf) throws IOException {
        // Opened per segment and thread: distances own their work arrays.
        return new LeafScript(leaf, DocValues.getBinary(leaf.reader(), request.field()), Distance.of(request));
    }

    private final class LeafScript extends ScoreScript {
        private final BinaryDocValues series;
        private final Distance distance;
        private final double[] row = new double[request.query().length];
        private final int docBase;
        private int document = -1;
        private int scoredDocument = -1;
        private double score;

        LeafScript(LeafReaderContext leaf, BinaryDocValues series, Distance distance) {
            super(params, lookup, searcher, leaf);
            this.series = series;
            this.distance = distance;
            this.docBase = leaf.docBase;
        }

        @Override
        public void setDocument(int document) {
            this.document = document;
        }

        @Override
        public double execute(ExplanationHolder explanation) {
            if (document != scoredDocument) {
                try {
                    score = measure();
                } catch (IOException error) {
                    throw new UncheckedIOException(error);
                }
                scoredDocument = document;
            }
            return score;
        }

        private double measure() throws IOException {
            if (!series.advanceExact(document) || !SeriesValue.decode(series.binaryValue(), row)) return 0;
            double measured = distance.measure(row, nearest.threshold());
            if (measured == Double.POSITIVE_INFINITY) return 0;
            nearest.offer(measured, docBase + document);
            return 1 / (1 + measured);
        }
    }
}
