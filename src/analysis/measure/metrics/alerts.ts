import type { ALERT_METRICS } from '../../../language/metrics/alerts.js';
import { falseAlarmsOf, firesAfter, firesFor } from '../alerts.js';
import { meanOf, nothing, recoveryFrom } from '../estimate.js';
import type { Measurement, Measurements } from '../question.js';
import type { AlertRecord } from '../../../contracts/record/alerts.js';
import type { VariantData } from '../variant-data.js';

/** How the metrics of alerts are computed. */
export const ALERT_MEASUREMENTS: Measurements<typeof ALERT_METRICS> = {
  firesAfter: ofAlert((each) => recoveryFrom(each), firesAfter),
  firings: ofAlert(
    (each) => meanOf(each, 'exact'),
    ({ firings }) => firings.length,
  ),
  falseAlarms: ofAlert((each) => meanOf(each, 'exact'), falseAlarmsOf),
  firesFor: ofAlert((each) => meanOf(each), firesFor),
};

function ofAlert(
  join: (each: readonly (number | null)[]) => ReturnType<Measurement>,
  figure: (alert: AlertRecord, data: VariantData) => number,
): Measurement {
  return ({ data, alert }) => {
    const each = data.records.map((record) => {
      const own = record.alerts?.find(({ name }) => name === alert);
      return own === undefined ? null : figure(own, data);
    });
    return each.every((value) => value === null) ? nothing(data.records.length) : join(each);
  };
}
