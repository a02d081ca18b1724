import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { findHierarchies, groupOf } from './control-groups.ts';

const V1 = (controller: string): string => `33 26 0:27 / /sys/fs/cgroup/${controller} rw,relatime - cgroup cgroup rw,${controller}`;
const V2 = (folder: string): string => `42 26 0:36 / ${folder} rw,relatime - cgroup2 cgroup2 rw`;

describe('control groups', () => {
  it('are found in version 1, in version 2, and where both are mounted by controller', () => {
    expect(findHierarchies([V1('cpu'), V1('pids'), V1('memory')].join('\n'), () => '')).toEqual({
      cpu: { folder: '/sys/fs/cgroup/cpu', version: 1 },
      pids: { folder: '/sys/fs/cgroup/pids', version: 1 },
      memory: { folder: '/sys/fs/cgroup/memory', version: 1 },
    });
    const everything = { folder: '/sys/fs/cgroup', version: 2 };
    expect(findHierarchies(V2('/sys/fs/cgroup'), () => 'cpu io memory pids\n')).toEqual({
      cpu: everything,
      pids: everything,
      memory: everything,
      freezer: everything,
    });
    const both = [V2('/sys/fs/cgroup/unified'), V1('cpu'), V1('pids')].join('\n');
    expect(findHierarchies(both, () => 'pids\n')).toMatchObject({ cpu: { version: 1 }, pids: { version: 2 } });
    expect(findHierarchies(V2('/sys/fs/cgroup'), () => '')).toEqual({ freezer: { folder: '/sys/fs/cgroup', version: 2 } });
    expect(findHierarchies('', () => '')).toEqual({});
  });

  it('have names of their own for each run and node', () => {
    const { folders } = groupOf(
      findHierarchies(V1('cpu'), () => ''),
      'o3fa09c',
      'n2' as NodeId,
    );
    expect(folders).toEqual({ cpu: '/sys/fs/cgroup/cpu/ordeal-o3fa09c-n2' });
  });
});
