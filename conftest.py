"""What every test gets: a home folder of its own, set before Django reads its settings."""

import os
import tempfile

os.environ.setdefault("LYCEUM_HOME", tempfile.mkdtemp(prefix="lyceum-test-"))
