import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { certificate } from '../knobs/certificate.js';

const schema = z.strictObject({});

/**
 * `certExpiry`: the certificate of the target is no longer valid. Nobody who opens a TLS connection to it trusts it,
 * and with `mtls` nobody whom it calls does; connections that stand go on until somebody closes them.
 */
export const certExpiry: FaultKind<typeof schema> = {
  kind: 'certExpiry',
  summary:
    'The certificate of the target has expired: new TLS connections to it fail, and with `mtls` those ' +
    'that it opens; connections that stand go on until they are closed.',
  sources: [
    'Gremlin, Certificate Expiry experiment',
    'RFC 5246 section 7.2.2 and RFC 8446 section 6.2, certificate_expired',
    'golang/go crypto/tls handshake_client.go, verifyServerCertificate',
  ],
  targets: ['instance'],
  schema,
  example: '- { id: expired, kind: certExpiry, target: bank, at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: (_config, strength) => (strength === 0 ? [] : [edit(certificate, 1)]),
};
