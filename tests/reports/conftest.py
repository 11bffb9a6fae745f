from tests.db.conftest import postgres as postgres
from tests.db.conftest import sqlite_url as sqlite_url
from tests.db.conftest import url as url
