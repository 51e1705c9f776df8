/**
 * What all distances read: z-normalised rows of one length, end to end in one array.
 *
 * Single precision halves the memory of a quarter of a million series and costs about 7 digits,
 * far below any noise; double precision is for the offline command, where results are compared
 * with published ones. A process should use one of the two, so that the loops stay monomorphic.
 */

export type ShapeRows = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
