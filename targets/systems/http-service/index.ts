export { type HttpServiceOptions, httpServiceOptions } from './options.ts';
export { Refused } from './outcome-table.ts';
export type { RequestDetails, ServiceAnswer, ServiceHttp, ServiceOperation, ServiceRequest } from './service-client.ts';
export { httpServiceSystem } from './system.ts';
