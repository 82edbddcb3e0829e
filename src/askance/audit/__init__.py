"""Labels that look wrong: confident learning on predictions of a model that has not seen them.  Floor 2."""

from askance.audit.issues import Audit, Issue, audit
from askance.audit.joint import Joint, joint_of

__all__ = ["Audit", "Issue", "Joint", "audit", "joint_of"]
