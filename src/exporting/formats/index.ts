import type { Format } from '../format.js';
import { envoy } from './envoy.js';
import { hikari } from './hikari.js';
import { istio } from './istio.js';
import { kafka } from './kafka.js';
import { kubernetes } from './kubernetes.js';
import { resilience4j } from './resilience4j.js';

/** Every format in which a change can be written. */
export const formats: readonly Format[] = [resilience4j, istio, envoy, kubernetes, hikari, kafka];
