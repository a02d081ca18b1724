/** The shapes that stand for verdicts, outcomes and faults, once per page; and how to use them. */
import type { Outcome, VerdictWord } from '../view-model/index.ts';
import { html, type Markup, raw } from './markup.ts';

/** Hidden definitions: symbols, hatches, arrow heads. */
export const SYMBOLS: Markup = raw(`<svg width="0" height="0" class="defs" aria-hidden="true" focusable="false"><defs>
<symbol id="v-invalid" viewBox="0 0 28 28"><path d="M8.6 1h10.8L27 8.6v10.8L19.4 27H8.6L1 19.4V8.6z" class="f-bad"/><path d="M9.5 9.5l9 9m0-9l-9 9" stroke="#fff" stroke-width="3" stroke-linecap="round"/></symbol>
<symbol id="v-valid" viewBox="0 0 28 28"><circle cx="14" cy="14" r="13" class="f-good"/><path d="M8.4 14.4l3.9 3.9 7.4-8" fill="none" class="k-panel" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="v-unknown" viewBox="0 0 28 28"><path d="M14 1l13 13-13 13L1 14z" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linejoin="round"/><path d="M10.9 11.6c.2-3.9 6.3-3.7 6.2-.2 0 2.3-3 2.4-3 5m0 2.8v.4" fill="none" stroke="currentColor" stroke-width="2.3" stroke-linecap="round"/></symbol>
<symbol id="v-not-tested" viewBox="0 0 28 28"><rect x="3" y="3" width="22" height="22" rx="3" fill="none" stroke="currentColor" stroke-width="2.4" stroke-dasharray="5 3.8"/><path d="M9 14h10" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/></symbol>
<symbol id="s-ok" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4.4" class="f-ok"/></symbol>
<symbol id="s-info" viewBox="0 0 10 10"><path d="M5 .7L9.3 5 5 9.3.7 5z" fill="none" class="k-info" stroke-width="1.4"/><path d="M5 .7v8.6L.7 5z" class="f-info"/></symbol>
<symbol id="s-fail" viewBox="0 0 10 10"><path d="M1.6 1.6l6.8 6.8m0-6.8L1.6 8.4" fill="none" class="k-fail" stroke-width="2.4" stroke-linecap="round"/></symbol>
<symbol id="i-yes" viewBox="0 0 12 12"><path d="M2 6.4l2.7 2.7L10 3.4" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></symbol>
<symbol id="i-no" viewBox="0 0 12 12"><path d="M2.5 2.5l7 7m0-7l-7 7" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></symbol>
<symbol id="i-q" viewBox="0 0 12 12"><path d="M3.8 4.4c.1-2.9 4.5-2.8 4.5-.2 0 1.7-2.2 1.8-2.2 3.5m0 2v.3" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></symbol>
<pattern id="hz-info" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="f-info-soft"/><rect width="2.4" height="6" class="f-info"/></pattern>
<pattern id="hz-cut" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="9" height="9" class="f-wash"/><rect width="1.2" height="9" class="f-fault" opacity=".34"/></pattern>
<pattern id="hz-pause" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" class="f-wash"/><rect width="1.2" height="6" class="f-fault" opacity=".5"/></pattern>
<pattern id="hz-kill" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" class="f-wash"/><path d="M0 0l8 8M8 0L0 8" class="k-fault" stroke-width=".9" opacity=".45"/></pattern>
<pattern id="hz-dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" class="f-wash"/><circle cx="3" cy="3" r="1" class="f-fault" opacity=".6"/></pattern>
<marker id="ah" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="12" markerHeight="12" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 .8L9.5 5 0 9.2z" class="f-bad"/></marker>
<marker id="ah-ww" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 .8L9.5 5 0 9.2z" class="h-ww"/></marker>
<marker id="ah-wr" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 .8L9.5 5 0 9.2z" class="h-wr"/></marker>
<marker id="ah-rw" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 .8L9.5 5 0 9.2z" class="h-rw"/></marker>
<marker id="ah-realtime" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 .8L9.5 5 0 9.2z" class="h-realtime"/></marker>
<marker id="ah-process" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 .8L9.5 5 0 9.2z" class="h-process"/></marker>
<marker id="ah-finding" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 .8L9.5 5 0 9.2z" class="h-finding"/></marker>
</defs></svg>`);

/** A symbol by id, decorative: the word stands beside it. */
export function icon(id: string): Markup {
  return html`<svg aria-hidden="true" class="ic"><use href="#${id}"/></svg>`;
}

/** Shape and word of an outcome. */
export function outcomeTag(outcome: Outcome, text: string = outcome): Markup {
  return html`<span class="o ${outcome}">${icon(`s-${outcome}`)}${text}</span>`;
}

export const VERDICT_WORDS: Readonly<Record<VerdictWord, string>> = { invalid: 'INVALID', valid: 'VALID', unknown: 'UNKNOWN', 'not-tested': 'NOT TESTED' };

/** Which hatch a fault family has. */
export function hatchOf(family: string): string {
  if (family === 'partition') return 'hz-cut';
  if (family === 'pause') return 'hz-pause';
  if (family === 'kill' || family === 'power') return 'hz-kill';
  return 'hz-dots';
}
