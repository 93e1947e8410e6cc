import type { Service } from '../contracts/scenario/services.js';

/** The section of the file that contains a service. */
export function servicesOr({ environments }: Service): string {
  return environments === null ? 'services' : 'functions';
}
