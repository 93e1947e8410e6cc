import type { Knob } from '../../model/faults/knob.js';
import { OF_PROCESSES } from './usual.js';

/** 1 = the certificate of an instance is no longer valid. */
export const certificate: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'certExpired',
  combine: 'max',
  neutral: 0,
  need: (_edit, name, { showsCertificate }) =>
    showsCertificate
      ? null
      : `no caller opens a connection for which \`${name}\` presents a certificate: give it ` +
        '`protocol: { tls: tls13 }` and its callers `connections` (with `mtls` callers ' +
        'present one too)',
  words: (_edit, { words, isMany }) =>
    `${isMany ? 'certificates' : 'certificate'} of ${words} expired`,
  instance(_controls, instance, held) {
    instance.certExpired = held.isOn(certificate);
  },
};
