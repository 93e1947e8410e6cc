import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { duration, signedDuration } from '../../contracts/quantities/quantities.js';
import { clock } from '../knobs/clock.js';

const NS_PER_DAY = 86_400 * NS_PER_SECOND;
const TOKEN_LIFETIME = 3_600 * NS_PER_SECOND;
const LEEWAY = 60 * NS_PER_SECOND;

const schema = z.strictObject({
  offset: signedDuration({ allowZero: false, max: 365 * NS_PER_DAY }).describe(
    'How far the wall clock of the target is ahead of the others; negative: behind, such as `-90s`. A ramp lets it drift ' +
      'there. Unit: duration, with a sign. Required.',
  ),
  tokenLifetime: duration({ allowZero: false, max: 365 * NS_PER_DAY })
    .optional()
    .describe(
      'Time from `nbf` to `exp` of the tokens that `authenticate: { kind: jwt }` checks. Each request carries a token ' +
        'that its client renews only after it expires, so its age is uniform over this time, and all retries of the request carry ' +
        'the same. Unit: duration. Defaults to 1h.',
    ),
  leeway: duration({ max: NS_PER_DAY })
    .optional()
    .describe(
      'Difference of the clocks that the check of a token tolerates. Unit: duration. Defaults to 60s, as in Spring ' +
        'Security and Envoy.',
    ),
});

/** `clockSkew`: a wall clock that is wrong. Monotonic clocks, and so all timers, are right. */
export const clockSkew: FaultKind<typeof schema> = {
  kind: 'clockSkew',
  summary:
    'Sets the wall clock of processes wrong. `authenticate: { kind: jwt }` refuses tokens that seem to be expired or ' +
    'not valid yet; clock-aligned limits (fixedWindow, slidingWindow, kong) that count in the process begin their windows ' +
    'at other times; a Redis or CDN cache that jumps ahead loses the entries with less time to live, and after a jump ' +
    'back keeps entries longer. Timers and timeouts use a monotonic clock and stay right.',
  sources: [
    'Chaos Mesh, TimeChaos (timeOffset, clockIds: CLOCK_REALTIME by default)',
    'Gremlin, Time Travel',
    'RFC 7519 sections 4.1.4 and 4.1.5 (exp, nbf and their leeway)',
    'spring-projects/spring-security JwtTimestampValidator (DEFAULT_MAX_CLOCK_SKEW of 60 s, exp and nbf)',
    'envoyproxy/envoy jwt_authn config.proto (clock_skew_seconds, 60 by default)',
    'redis/redis src/expire.c (absolute expiry in milliseconds of the wall clock)',
  ],
  targets: ['instance'],
  schema,
  example:
    '- { id: clock-wrong, kind: clockSkew, target: orders, instances: 1, offset: -5m, at: 10s, for: 20s }\n',
  takesShare: false,
  edits({ offset, tokenLifetime, leeway }, strength) {
    if (strength === 0) return [];
    const more = {
      tokenLifetime: tokenLifetime ?? TOKEN_LIFETIME,
      leeway: leeway ?? LEEWAY,
      isOfTokens: tokenLifetime !== undefined || leeway !== undefined,
    };
    return [{ knob: clock, value: Math.round(offset * strength), more }];
  },
};
