export { explanation } from './explanation.ts';
export { type IsolationTextOptions, isolationSummaryText, isolationText } from './isolation-text.ts';
export { createLiveView, type LiveView, type LiveViewOptions } from './live-view.ts';
export { renderDemo, renderVerdict } from './verdict.ts';
export { readableColumns, wrapped } from './wrap.ts';
