/** Lineage tag of the k-th fork of a frame. */
export const FORK_TAG = 0x1000;

/** Lineage tag of the call that is made instead of a frame. */
export const INSTEAD_TAG = 0x4000;

/** Lineage tag of the store queries of a frame, by attempt and layer. */
export const ASK_TAG = 0x8000;
