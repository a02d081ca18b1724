/** The HTML report: one self-contained file. */
export { renderFailedReport, renderReport } from './page.ts';
