/** `npm run docs`: writes the pages that are made from the product itself. */
import { writeFileSync } from 'node:fs';
import { pages } from './pages.ts';

for (const [name, text] of Object.entries(await pages())) writeFileSync(new URL(`../${name}`, import.meta.url), text);
