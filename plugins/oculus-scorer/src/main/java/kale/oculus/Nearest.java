package kale.oculus;

/**
 * The distances of the nearest documents of a shard so far: a heap of fixed size, the farthest on top.
 *
 * Why giving up by it leaves the best {@code keep} of a shard as they are, ties included: while the
 * heap is full, {@link #threshold} is the largest distance of {@code keep} different documents of
 * this shard, all of which the search matches. A document that is given up is surely farther, so each
 * of those stands before it, whatever breaks ties; it scores 0 and they score more than 0. The
 * threshold only falls, so this holds whichever thread reads it and however late.
 *
 * A document is counted once, though a search may score it in more than one pass.
 */
final class Nearest {
    private final int capacity;
    private final double[] distances;
    private final int[] documents;
    private int count;
    private volatile double threshold = Double.POSITIVE_INFINITY;

    /** @param capacity 0 keeps nothing, and its threshold stays infinite */
    Nearest(int capacity) {
        this.capacity = capacity;
        this.distances = new double[capacity];
        this.documents = new int[capacity];
    }

    /** Documents farther than this are not among the nearest; one exactly as far may be. */
    double threshold() {
        return threshold;
    }

    void offer(double distance, int document) {
        if (capacity == 0 || distance >= threshold) return;
        synchronized (this) {
            if (count == capacity && distance >= distances[0]) return;
            for (int at = 0; at < count; at++) {
                if (documents[at] == document) return;
            }
            if (count < capacity) rise(count++, distance, document);
            else sink(distance, document);
            if (count == capacity) threshold = distances[0];
        }
    }

    private void rise(int from, double distance, int document) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) >> 1;
            if (distances[parent] >= distance) break;
            move(parent, at);
            at = parent;
        }
        distances[at] = distance;
        documents[at] = document;
    }

    private void sink(double distance, int document) {
        int at = 0;
        for (int child = 1; child < count; child = 2 * at + 1) {
            if (child + 1 < count && distances[child + 1] > distances[child]) child++;
            if (distances[child] <= distance) break;
            move(child, at);
            at = child;
        }
        distances[at] = distance;
        documents[at] = document;
    }

    private void move(int from, int to) {
        distances[to] = distances[from];
        documents[to] = documents[from];
    }
}
