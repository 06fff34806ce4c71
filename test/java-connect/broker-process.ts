// The embedded broker in a process of its own, to be killed and started again. Arguments: data folder, port.
import { Broker } from '@millrace/kafka'

const [dataFolder = '', port] = process.argv.slice(2)
const broker = await Broker.open({ dataFolder, log: (level, line) => console.log(`${level}: ${line}`) })
await broker.listen('127.0.0.1', Number(port))
