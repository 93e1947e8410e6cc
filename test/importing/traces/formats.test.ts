import { describe, expect, it } from 'vitest';
import { looksLikeTraces } from '../../../src/importing/traces/index.js';

describe('the format of a file', () => {
  it.each([
    ['{"resourceSpans":[{"resource":{}}', 'otlp'],
    ['\uFEFF{\n  "resourceSpans": [', 'otlp'],
    ['{\n "batches": [ {', 'tempo'],
    ['{"data":[{"traceID":"151e8ea44a5cf41c","spans":[', 'jaeger'],
    ['[\n  {\n    "traceId": "1e223ff1f80f1c69",\n', 'zipkin'],
    ['[[{"id":"a","traceId":"b"', 'zipkin'],
    ['apiVersion: v1\nkind: Service\n', null],
    ['{"apiVersion":"v1","kind":"List","items":[]}', null],
    ['{"resourceLogs":[]}', null],
    ['', null],
  ])('%s is that of %s', (head, format) => {
    expect(looksLikeTraces(head)).toBe(format);
  });
});
