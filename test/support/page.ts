import { JSDOM } from 'jsdom';

/** Inputs with which tests draw a report. */
export const PAGE = {
  document: new JSDOM('').window.document,
  command: 'faultline run',
  version: '0.0.0',
};
