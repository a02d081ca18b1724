import { describe, expect, it } from 'vitest';
import { argvOf } from './start-command.ts';

const places = { host: '127.1.0.1', port: '8080' };

describe('a start command', () => {
  it('is words between spaces, quotes taken together, places filled in', () => {
    expect(argvOf('node server.js', '/shop', places)).toEqual(['node', 'server.js']);
    expect(argvOf(`uvicorn main:app --host {host} --port {port}`, '/shop', places)).toEqual(['uvicorn', 'main:app', '--host', '127.1.0.1', '--port', '8080']);
    expect(argvOf(`node "my server.js" 'a b' {unknown}`, '/shop', places)).toEqual(['node', 'my server.js', 'a b', '{unknown}']);
  });

  it('means a path from the folder in which it is started, and leaves a list as it is', () => {
    expect(argvOf('./server --fast', '/shop', places)).toEqual(['/shop/server', '--fast']);
    expect(argvOf(['sh', '-c', 'exec node server.js | cat'], '/shop', places)).toEqual(['sh', '-c', 'exec node server.js | cat']);
  });

  it('does without a shell, and says so', () => {
    for (const start of ['npm run build && node server.js', 'node server.js > log', 'node $MAIN'])
      expect(() => argvOf(start, '/shop', places)).toThrow(
        expect.objectContaining({ code: 'ORDEAL_BAD_OPTION', remedy: expect.stringContaining("'sh', '-c'") }),
      );
  });
});
