"""What is seen to before any job: causes of reruns."""

from types import SimpleNamespace

from snakemake.settings.enums import RerunTrigger

from workflow.integrity import use_code_hashes_and_resume


class Workflow:
    """As Snakemake's own: settings come after the Snakefile is parsed."""

    def __init__(self):
        self.dag_settings = None


def settings_after(triggers):
    workflow = Workflow()
    use_code_hashes_and_resume(workflow)
    workflow.dag_settings = SimpleNamespace(rerun_triggers=triggers, force_incomplete=False)
    return workflow.dag_settings


def test_snakemake_is_told_to_resume_and_to_leave_code_to_the_hashes():
    settings = settings_after(frozenset(RerunTrigger.all()))
    assert settings.force_incomplete
    assert set(settings.rerun_triggers) == set(RerunTrigger.all()) - {RerunTrigger.CODE}


def test_triggers_of_the_users_choice_stay():
    chosen = frozenset({RerunTrigger.MTIME, RerunTrigger.CODE})
    assert settings_after(chosen).rerun_triggers == chosen


def test_a_workflow_without_settings_is_left_alone():
    workflow = Workflow()
    use_code_hashes_and_resume(workflow)
    workflow.dag_settings = None
    assert workflow.dag_settings is None
