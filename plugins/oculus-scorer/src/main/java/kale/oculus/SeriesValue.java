package kale.oculus;

import org.apache.lucene.util.BytesRef;

/**
 * A series as the mapper of binary fields stores it: how many values, then each value's length,
 * both as variable-length integers, and its bytes. Ours are floats, big endian, end to end.
 */
final class SeriesValue {
    private SeriesValue() {}

    /** @return false, with the row untouched, where there are not exactly as many floats as the row has room for */
    static boolean decode(BytesRef value, double[] row) {
        byte[] bytes = value.bytes;
        int at = value.offset;
        int end = at + value.length;
        while (at < end && bytes[at] < 0) at++; // the count: its last byte has no high bit
        at++;
        int length = 0;
        for (int shift = 0; at < end && shift < 32; shift += 7) {
            byte part = bytes[at++];
            length |= (part & 0x7f) << shift;
            if (part >= 0) break;
        }
        if (length != 4 * row.length || at + length > end) return false;
        for (int i = 0; i < row.length; i++, at += 4) {
            row[i] = Float.intBitsToFloat(
                (bytes[at] & 255) << 24 | (bytes[at + 1] & 255) << 16 | (bytes[at + 2] & 255) << 8 | (bytes[at + 3] & 255));
        }
        return true;
    }
}
