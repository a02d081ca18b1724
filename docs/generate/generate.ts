/** `npm run docs`: writes the pages that are made from the product itself. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { pages } from './pages.ts';

mkdirSync(new URL('../faults', import.meta.url), { recursive: true });
for (const [name, text] of Object.entries(await pages())) writeFileSync(new URL(`../${name}`, import.meta.url), text);
