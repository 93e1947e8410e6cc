import { readResult, type Result } from '../../contracts/result/result.js';
import { sealOf } from '../../text/seal.js';
import type { Stored } from './envelope.js';

/** The document of `run`, `compare` and `check`. */
export const RESULT: Stored<Result> = {
  name: 'result document',
  format: 1,
  isOfVersion: true,
  seal: { field: 'checksum', of: sealOf },
  schema: readResult,
};
