/** Every way to decode: its name, its settings, and some records that it decodes. */
export const formats: readonly (readonly [string, object, readonly string[]])[] = [
  [
    'json',
    { format: 'json' },
    ['{"sensor":"s","time":1700000000000,"value":1.5}', '[{"sensor":7,"time":"2023-11-14","value":-1e3}]'],
  ],
  [
    'json, several',
    { format: 'json', series: ['a.b', 'c'], values: ['x', 'y.z'] },
    [
      '{"a":{"b":"s"},"c":"t","time":1,"x":1,"y":{"z":2}}',
      '{"a":{"b":"s"},"c":"t","time":1700000000000,"x":1,"y":{"z":2}}',
    ],
  ],
  [
    'json, *',
    { format: 'json', values: '*' },
    [
      '{"sensor":"s","time":1,"x":1,"__proto__":2,"t":"x"}',
      '{"sensor":"s","time":1700000000000,"x":1,"y":2.5}',
    ],
  ],
  [
    'json, channels',
    { format: 'json', values: ['x', 'y'], channels: true },
    [
      '{"sensor":"s","time":1,"x":1,"y":2}',
      '{"sensor":"s","time":1700000000000,"x":1,"y":2}',
      '{"sensor":"s","time":1,"x":null,"y":2}',
    ],
  ],
  ['json, ns', { format: 'json', timeUnit: 'ns' }, ['{"sensor":"s","time":1700000000123456789,"value":1}']],
  [
    'line-protocol',
    { format: 'line-protocol' },
    [
      'm,a=b\\ c,d=e v=1.5,s="x\\"y",i=3i 1700000000000000000\n# x\nn w=2 1\n',
      'm,a=b v=1.5,w=2 1700000000000000000',
    ],
  ],
  [
    'telegraf',
    { format: 'telegraf' },
    [
      '{"metrics":[{"name":"m","tags":{"a":"b"},"fields":{"v":1,"s":"x"},"timestamp":1}]}',
      '{"name":"m","tags":{"a":"b"},"fields":{"v":1.5},"timestamp":1700000000}',
    ],
  ],
  [
    'csv',
    { format: 'csv', columns: ['sensor', 'time', 'value'] },
    ['s,1,2', 's,1700000000000,2.5', '"s ""x""",2023-11-14 01:02,-1e3\r\ns,1,2'],
  ],
  [
    'csv, *',
    { format: 'csv', columns: ['time', 'a', 'b'], seriesName: 's', values: '*' },
    ['1,2,3', '1700000000000,2.5,3', '1,,4\n2,NA,"5"'],
  ],
  [
    'csv, channels',
    { format: 'csv', columns: ['time', 'a', 'b'], seriesName: 's', values: ['b', 'a'], channels: true },
    ['1,2,3', '1700000000000,2.5,3', '1,,4\n2,NA,"5"'],
  ],
];
