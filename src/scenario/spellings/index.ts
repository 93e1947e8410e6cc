import { envoy } from './envoy.js';
import { grpc } from './grpc.js';
import { istio } from './istio.js';
import { polly } from './polly.js';
import { resilience4j } from './resilience4j.js';
import type { Spellings } from './row.js';

/** The products whose settings are read as they are. Of several with the same key the first one is meant. */
export const PRODUCT_SPELLINGS: readonly Spellings[] = [resilience4j, istio, envoy, polly, grpc];
