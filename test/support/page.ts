import { JSDOM } from 'jsdom';

/** What a report is drawn with in tests. */
export const PAGE = {
  document: new JSDOM('').window.document,
  command: 'faultline run',
  version: '0.0.0',
};
