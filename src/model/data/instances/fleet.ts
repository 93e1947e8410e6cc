/** The instances of one component, and the subset that callers may pick. */
export interface Fleet {
  readonly first: number;
  readonly size: number;
  /** Number of places that should be filled. */
  wanted: number;
  /** Indices within the component of the instances that are ready, in order. */
  readonly ready: Int32Array;
  /** All indices, in order. */
  readonly all: Int32Array;
  readyCount: number;
  /**
   * True if callers must not call an instance outside `ready`: it is a caller's own list, or follows probes or a
   * rollout.
   */
  readonly isBinding: boolean;
  /** By index: when the instance came back into `ready`; -Infinity if it has never left it. */
  readonly upSince: Float64Array;
  /** Number of changes of `ready`. */
  changes: number;
  /** Version that callers may call; -1 = all versions. */
  selected: number;
  /** By index, for all versions: 1 = it was ready at the last update. */
  readonly seen: Uint8Array;
  /** Called when an instance has come, gone or changed its readiness; null = not used. */
  watch: (() => void) | null;
}
