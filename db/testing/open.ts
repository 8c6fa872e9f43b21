import { openDatabase } from '#db'

// Run as a process of its own by the tests: opens the database, and so migrates it, and ends.
const database = await openDatabase(process.argv[2] ?? '', { migrate: true })
await database.db.select().from(database.tables.users)
await database.close()
