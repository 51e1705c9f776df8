package kale.oculus;

import java.util.Map;
import java.util.Set;
import org.apache.lucene.search.IndexSearcher;
import org.opensearch.script.ScoreScript;
import org.opensearch.script.ScriptContext;
import org.opensearch.script.ScriptEngine;
import org.opensearch.search.lookup.SearchLookup;

/**
 * The script language "oculus": three score scripts that rank documents by the shape of a series.
 *
 * <pre>
 *   oculus_euclidian   root of the sum of squared differences
 *   oculus_dtw         dynamic time warping within a band of Sakoe and Chiba
 *   oculus_fastdtw     FastDTW of Salvador and Chan
 * </pre>
 *
 * The score is 1 / (1 + distance): the nearest document has the highest. Parameters: {@link Request}.
 */
final class OculusScriptEngine implements ScriptEngine {
    @Override
    public String getType() {
        return "oculus";
    }

    @Override
    public Set<ScriptContext<?>> getSupportedContexts() {
        return Set.of(ScoreScript.CONTEXT);
    }

    @Override
    public <F> F compile(String name, String code, ScriptContext<F> context, Map<String, String> options) {
        if (!context.equals(ScoreScript.CONTEXT)) {
            throw new IllegalArgumentException("oculus scripts score, they do not serve as [" + context.name + "]");
        }
        Request.Method method = Request.Method.of(code);
        ScoreScript.Factory factory = new ScoreScript.Factory() {
            /** Not while hopeless documents are given up: what those score depends on the others. */
            @Override
            public boolean isResultDeterministic() {
                return false;
            }

            @Override
            public ScoreScript.LeafFactory newFactory(Map<String, Object> params, SearchLookup lookup, IndexSearcher searcher) {
                return new ShapeScoreFactory(Request.of(method, params), params, lookup, searcher);
            }
        };
        return context.factoryClazz.cast(factory);
    }
}
