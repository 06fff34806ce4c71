// Two of Kafka Connect's own workers as their broker described them (DescribeGroups): exact bytes, and what they mean.

/** Connectors and task ids; -1 = the connector itself. */
export type NamedWork = readonly { connector: string; tasks: number[] }[]

/** The recorded members. */
export const groupMembers = [
  {
    memberId: 'connect-127.0.0.1:8183-5ac49954-bcdd-4601-95bb-b59825c992d6',
    metadataHex:
      '00020016687474703a2f2f3132372e302e302e313a383138332f000000000000044b0000008900020000003b636f6e6e6563742d313237' +
      '2e302e302e313a383138332d35616334393935342d626364642d343630312d393562622d6235393832356339393264360016687474703a' +
      '2f2f3132372e302e302e313a383138332f000000000000044900000001000a67726f75702d64656d6f00000003ffffffff000000000000' +
      '00020000000000000000',
    assignmentHex:
      '00020000003b636f6e6e6563742d3132372e302e302e313a383138332d35616334393935342d626364642d343630312d393562622d6235' +
      '393832356339393264360016687474703a2f2f3132372e302e302e313a383138332f000000000000044b000000000000000000000000',
    metadata: {
      url: 'http://127.0.0.1:8183/',
      configOffset: 1099,
      currentAssignment: {
        configOffset: 1097,
        assigned: [{ connector: 'group-demo', tasks: [-1, 0, 2] }] as NamedWork,
      },
    },
    assignment: {
      leader: 'connect-127.0.0.1:8183-5ac49954-bcdd-4601-95bb-b59825c992d6',
      leaderUrl: 'http://127.0.0.1:8183/',
      assigned: [] as NamedWork,
    },
  },
  {
    memberId: 'connect-127.0.0.1:8184-69019c0c-9a46-43af-870f-47919f319130',
    metadataHex:
      '00020016687474703a2f2f3132372e302e302e313a383138342f000000000000044b0000009500020000003b636f6e6e6563742d313237' +
      '2e302e302e313a383138332d35616334393935342d626364642d343630312d393562622d6235393832356339393264360016687474703a' +
      '2f2f3132372e302e302e313a383138332f000000000000044900000002000a67726f75702d66696c6500000001ffffffff000a67726f75' +
      '702d64656d6f00000001000000010000000000000000',
    assignmentHex:
      '00020000003b636f6e6e6563742d3132372e302e302e313a383138332d35616334393935342d626364642d343630312d393562622d6235' +
      '393832356339393264360016687474703a2f2f3132372e302e302e313a383138332f000000000000044b00000001000a67726f75702d66' +
      '696c6500000001000000000000000000000000',
    metadata: {
      url: 'http://127.0.0.1:8184/',
      configOffset: 1099,
      currentAssignment: {
        configOffset: 1097,
        assigned: [
          { connector: 'group-file', tasks: [-1] },
          { connector: 'group-demo', tasks: [1] },
        ] as NamedWork,
      },
    },
    assignment: {
      leader: 'connect-127.0.0.1:8183-5ac49954-bcdd-4601-95bb-b59825c992d6',
      leaderUrl: 'http://127.0.0.1:8183/',
      assigned: [{ connector: 'group-file', tasks: [0] }] as NamedWork,
    },
  },
]
