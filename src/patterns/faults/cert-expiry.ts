import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { certificate } from '../knobs/certificate.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/**
 * `certExpiry`: the certificate of the target has expired. Callers that open a TLS connection reject it, and with
 * `mtls` so do the components that it calls. Established connections continue until they are closed.
 */
export const certExpiry: FaultKind<typeof NO_FIELDS> = {
  kind: 'certExpiry',
  summary:
    'The certificate of the target has expired: new TLS connections to it fail, with `mtls` ' +
    'also those that it opens. Established connections continue until they are closed.',
  sources: [
    'Gremlin, Certificate Expiry experiment',
    'RFC 5246 section 7.2.2 and RFC 8446 section 6.2, certificate_expired',
    'golang/go crypto/tls handshake_client.go, verifyServerCertificate',
  ],
  targets: ['instance'],
  schema: NO_FIELDS,
  example: '- { id: expired, kind: certExpiry, target: bank, at: 10s, for: 20s }\n',
  takesShare: false,
  ofEveryNode: true,
  takesNoRamp: true,
  edits: () => [edit(certificate, 1)],
};
