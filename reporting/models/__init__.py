"""Targets along the conservation cycle, yearly progress, and the annual report."""

from reporting.models.reference import (
    Component,
    CyclePair,
    KeyResult,
    ReportingYear,
    ReportTemplate,
    StrategicPlan,
    Subcategory,
    TargetStatus,
    TemplateSection,
    all_components,
    all_reporting_years,
    all_statuses,
    planned_periods,
    sections_of,
)
from reporting.models.reports import (
    Report,
    ReportDecision,
    ReportGrant,
    ReportSection,
    ReportSubmission,
    ReviewComment,
)
from reporting.models.targets import Progress, Target, TargetSet

__all__ = [
    "Component",
    "CyclePair",
    "KeyResult",
    "Progress",
    "Report",
    "ReportDecision",
    "ReportGrant",
    "ReportSection",
    "ReportSubmission",
    "ReportTemplate",
    "ReportingYear",
    "ReviewComment",
    "StrategicPlan",
    "Subcategory",
    "Target",
    "TargetSet",
    "TargetStatus",
    "TemplateSection",
    "all_components",
    "all_reporting_years",
    "all_statuses",
    "planned_periods",
    "sections_of",
]
