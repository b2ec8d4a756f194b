"""The configuration's files: what they may not be is refused before their values are read."""

from snakemake.exceptions import WorkflowError

from workflow.som.config.yaml_text import check_config_file
from workflow.som.files.errors import SomError

try:
    for path in ["config/config.yaml", *workflow.overwrite_configfiles]:
        check_config_file(path)
except SomError as error:
    raise WorkflowError(str(error)) from None
